import numpy as np


class MaskedRNN:
    """
    RNN over a padded batch. mask[n, t] is 1 for real time steps and 0 for padding;
    at a padded step the old state is carried over.
    """

    def __init__(self, input_size=3, hidden_size=5, clip=5.0):
        s = 1 / np.sqrt(hidden_size)
        self.Wxh = np.random.uniform(-s, s, (input_size, hidden_size))
        self.Whh = np.random.uniform(-s, s, (hidden_size, hidden_size))
        self.bh = np.zeros(hidden_size)
        self.clip = clip

    def forward(self, x, mask):
        N, T, _ = x.shape
        self.x, self.mask = x, mask
        self.h = [np.zeros((N, len(self.bh)))]
        self.cand = []
        for t in range(T):
            m = mask[:, t:t + 1]
            c = np.tanh(x[:, t] @ self.Wxh + self.h[-1] @ self.Whh + self.bh)
            self.cand.append(c)
            self.h.append(m * c + (1 - m) * self.h[-1])
        return self.h[-1]

    def backward(self, dh):
        self.dWxh = np.zeros_like(self.Wxh)
        self.dWhh = np.zeros_like(self.Whh)
        self.dbh = np.zeros_like(self.bh)
        for t in reversed(range(self.x.shape[1])):
            m = self.mask[:, t:t + 1]
            dz = dh * m * (1 - self.cand[t] ** 2)
            self.dWxh += self.x[:, t].T @ dz
            self.dWhh += self.h[t].T @ dz
            self.dbh += dz.sum(axis=0)
            dh = dz @ self.Whh.T + m * dh
        for g in (self.dWxh, self.dWhh, self.dbh):
            np.clip(g, -self.clip, self.clip, out=g)


if __name__ == "__main__":
    np.random.seed(0)
    N, T = 40, 8
    x = np.random.randn(N, T, 3)
    lengths = np.random.randint(2, T + 1, N)
    mask = (np.arange(T) < lengths[:, None]).astype(float)
    y = np.sign((x[:, :, 0] * mask).sum(1))
    rnn = MaskedRNN()
    w = np.random.randn(5) * 0.3
    for epoch in range(100):
        h = rnn.forward(x, mask)
        err = h @ w - y
        rnn.backward(np.outer(2 * err / N, w))
        w -= 0.1 * h.T @ (2 * err / N)
        rnn.Wxh -= 0.1 * rnn.dWxh
        rnn.Whh -= 0.1 * rnn.dWhh
        rnn.bh -= 0.1 * rnn.dbh
    print("mse", np.mean(err ** 2))
