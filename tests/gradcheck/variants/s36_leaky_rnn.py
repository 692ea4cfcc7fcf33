import numpy as np


class LeakyRNN:
    """One time step of a leaky integrator unit: h_next = (1 - a) h_prev + a tanh(x Wx + h_prev Wh + b)"""

    def __init__(self, Wx, Wh, b, a=0.4):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.a = a
        self.cache = None

    def forward(self, x, h_prev):
        Wx, Wh, b = self.params
        u = np.tanh(np.dot(x, Wx) + np.dot(h_prev, Wh) + b)
        h_next = (1 - self.a) * h_prev + self.a * u
        self.cache = (x, h_prev, u, h_next)
        return h_next

    def backward(self, dh_next):
        Wx, Wh, b = self.params
        x, h_prev, u, h_next = self.cache

        dt = self.a * dh_next * (1 - u ** 2)
        db = np.sum(dt, axis=0)
        dWh = np.dot(h_next.T, dt)
        dh_prev = np.dot(dt, Wh.T) + (1 - self.a) * dh_next
        dWx = np.dot(x.T, dt)
        dx = np.dot(dt, Wx.T)

        self.grads[0][...] = dWx
        self.grads[1][...] = dWh
        self.grads[2][...] = db

        return dx, dh_prev


class TimeLeakyRNN:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.layers = None

    def forward(self, xs):
        N, T, D = xs.shape
        H = self.params[1].shape[0]
        self.layers = []
        hs = np.empty((N, T, H))
        h = np.zeros((N, H))
        for t in range(T):
            layer = LeakyRNN(*self.params)
            h = layer.forward(xs[:, t, :], h)
            hs[:, t, :] = h
            self.layers.append(layer)
        return hs

    def backward(self, dhs):
        dxs = np.empty(dhs.shape[:2] + (self.params[0].shape[0],))
        dh = 0
        grads = [0, 0, 0]
        for t in reversed(range(dhs.shape[1])):
            layer = self.layers[t]
            dx, dh = layer.backward(dhs[:, t, :] + dh)
            dxs[:, t, :] = dx
            for i, grad in enumerate(layer.grads):
                grads[i] += grad
        for i, grad in enumerate(grads):
            self.grads[i][...] = grad
        return dxs


if __name__ == '__main__':
    np.random.seed(0)
    rnn = TimeLeakyRNN(np.random.randn(3, 4) * 0.5, np.random.randn(4, 4) * 0.5, np.zeros(4))
    xs = np.random.randn(8, 6, 3)
    for i in range(100):
        hs = rnn.forward(xs)
        diff = hs[:, :, :1] - np.cumsum(xs[:, :, :1], axis=1) * 0.2
        dhs = np.zeros_like(hs)
        dhs[:, :, :1] = 2 * diff / diff.size
        rnn.backward(dhs)
        for p, g in zip(rnn.params, rnn.grads):
            p -= 0.5 * g
    print(np.mean(diff ** 2))
