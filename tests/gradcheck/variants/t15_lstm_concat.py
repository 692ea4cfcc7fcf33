import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


class LSTMCell:
    """
    One step of an LSTM on the stacked vector [h_prev; x], columns are samples.
    """

    def __init__(self, n_x, n_h):
        n = n_x + n_h
        s = 1 / np.sqrt(n)
        self.n_h = n_h
        self.Wf, self.bf = np.random.randn(n_h, n) * s, np.ones((n_h, 1))
        self.Wi, self.bi = np.random.randn(n_h, n) * s, np.zeros((n_h, 1))
        self.Wc, self.bc = np.random.randn(n_h, n) * s, np.zeros((n_h, 1))
        self.Wo, self.bo = np.random.randn(n_h, n) * s, np.zeros((n_h, 1))

    def forward(self, x, h_prev, c_prev):
        z = np.vstack((h_prev, x))
        f = sigmoid(self.Wf @ z + self.bf)
        i = sigmoid(self.Wi @ z + self.bi)
        g = np.tanh(self.Wc @ z + self.bc)
        o = sigmoid(self.Wo @ z + self.bo)
        c = f * c_prev + i * g
        h = o * np.tanh(c)
        self.cache = z, f, i, g, o, c, c_prev
        return h, c

    def backward(self, dh, dc):
        z, f, i, g, o, c, c_prev = self.cache
        tc = np.tanh(c)
        do = dh * tc * o * (1 - o)
        dc = dc + dh * o * (1 - tc ** 2)
        df = dc * c * f * (1 - f)
        di = dc * g * i * (1 - i)
        dg = dc * i * (1 - g ** 2)

        self.dWf, self.dbf = df @ z.T, df.sum(axis=1, keepdims=True)
        self.dWi, self.dbi = di @ z.T, di.sum(axis=1, keepdims=True)
        self.dWc, self.dbc = dg @ z.T, dg.sum(axis=1, keepdims=True)
        self.dWo, self.dbo = do @ z.T, do.sum(axis=1, keepdims=True)

        dz = self.Wf.T @ df + self.Wi.T @ di + self.Wc.T @ dg + self.Wo.T @ do
        dh_prev = dz[: self.n_h]
        dx = dz[self.n_h:]
        dc_prev = dc * f
        return dx, dh_prev, dc_prev
