import numpy as np


class RecurrentNet:
    """Elman network with an output at each step: y_t = V s_t, s_t = tanh(U x_t + W s_{t-1}).
    Loss: half the squared error over all steps."""

    def __init__(self, in_dim, out_dim, hid_dim=8, seed=0):
        rng = np.random.RandomState(seed)
        self.U = rng.uniform(-0.5, 0.5, (hid_dim, in_dim))
        self.W = rng.uniform(-0.5, 0.5, (hid_dim, hid_dim))
        self.V = rng.uniform(-0.5, 0.5, (out_dim, hid_dim))
        self.hid_dim = hid_dim

    def forward(self, x):
        # x: (T, in_dim)
        T = x.shape[0]
        self.s = np.zeros((T + 1, self.hid_dim))
        self.o = np.zeros((T, self.V.shape[0]))
        for t in range(T):
            self.s[t] = np.tanh(self.U.dot(x[t]) + self.W.dot(self.s[t - 1]))
            self.o[t] = self.V.dot(self.s[t])
        return self.o

    def loss(self, x, y):
        return 0.5 * np.sum((self.forward(x) - y) ** 2)

    def bptt(self, x, y):
        o = self.forward(x)
        dU, dW, dV = np.zeros_like(self.U), np.zeros_like(self.W), np.zeros_like(self.V)
        delta_next = np.zeros(self.hid_dim)
        for t in range(x.shape[0])[::-1]:
            e = o[t] - y[t]
            dV += np.outer(e, self.s[t])
            delta = self.V.T.dot(e) * (1 - self.s[t] ** 2)
            dU += np.outer(delta, x[t])
            dW += np.outer(delta, self.s[t - 1])
            delta_next = self.W.T.dot(delta)
        return dU, dW, dV

    def fit(self, x, y, lr=0.01, epochs=100):
        for _ in range(epochs):
            dU, dW, dV = self.bptt(x, y)
            self.U -= lr * dU
            self.W -= lr * dW
            self.V -= lr * dV


if __name__ == "__main__":
    t = np.linspace(0, 6, 30)
    wave = np.sin(t)[:, None]
    net = RecurrentNet(1, 1)
    print(net.loss(wave[:-1], wave[1:]))
    net.fit(wave[:-1], wave[1:])
    print(net.loss(wave[:-1], wave[1:]))
