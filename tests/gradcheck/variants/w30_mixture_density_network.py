import numpy as np


class MDN:
    """
    Mixture density network for one-dimensional targets.
    One tanh hidden layer, K gaussians; outputs are
    [K mixing logits | K means | K log sigmas]
    """

    def __init__(self, n_in, n_hidden=15, K=3, seed=0):
        rs = np.random.RandomState(seed)
        self.K = K
        self.W1 = rs.normal(0, 1, (n_in, n_hidden))
        self.b1 = rs.normal(0, 1, n_hidden)
        self.W2 = rs.normal(0, 0.3, (n_hidden, 3 * K))
        self.b2 = np.zeros(3 * K)
        self.b2[K:2 * K] = np.linspace(-1, 1, K)

    def forward(self, x):
        K = self.K
        self.x = x
        self.hid = np.tanh(x.dot(self.W1) + self.b1)
        o = self.hid.dot(self.W2) + self.b2
        a = o[:, :K] - o[:, :K].max(1, keepdims=True)
        self.pi = np.exp(a) / np.exp(a).sum(1, keepdims=True)
        self.mu = o[:, K:2 * K]
        self.sigma = np.exp(o[:, 2 * K:])
        return self.pi, self.mu, self.sigma

    def _component_density(self, t):
        z = (t.reshape(-1, 1) - self.mu) / self.sigma
        return np.exp(-0.5 * z ** 2) / (np.sqrt(2 * np.pi) * self.sigma)

    def nll(self, t):
        return -np.mean(np.log(np.sum(self.pi * self._component_density(t), axis=1)))

    def backward(self, t):
        n = len(t)
        joint = self.pi * self._component_density(t)
        gamma = joint / joint.sum(axis=1, keepdims=True)   # responsibilities

        t = t.reshape(-1, 1)
        d_pi = gamma - self.pi
        d_mu = gamma * (self.mu - t) / self.sigma ** 2
        d_sigma = gamma * (1 - (t - self.mu) ** 2 / self.sigma ** 2)
        d_out = np.hstack([d_pi, d_mu, d_sigma]) / n

        grad_W2 = self.hid.T.dot(d_out)
        grad_b2 = d_out.sum(axis=0)
        d_hid = d_out.dot(self.W2.T) * (1 - self.hid ** 2)
        grad_W1 = self.x.T.dot(d_hid)
        grad_b1 = d_hid.sum(axis=0)
        return grad_W1, grad_b1, grad_W2, grad_b2

    def fit(self, x, t, epochs=500, lr=0.005):
        for ep in range(epochs):
            self.forward(x)
            if ep % 100 == 0:
                print("epoch", ep, "nll", self.nll(t))
            gW1, gb1, gW2, gb2 = self.backward(t)
            self.W1 -= lr * gW1
            self.b1 -= lr * gb1
            self.W2 -= lr * gW2
            self.b2 -= lr * gb2


if __name__ == "__main__":
    # the inverse problem from Bishop's book
    rs = np.random.RandomState(1)
    t = rs.uniform(-1, 1, 200)
    x = (t + 0.3 * np.sin(2 * np.pi * t) + rs.uniform(-0.1, 0.1, 200)).reshape(-1, 1)
    MDN(1).fit(x, t, epochs=101)
