import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class LSTM:
    """Single sequence x (T, D).  Gates are stacked as [i, f, o, g]."""

    def __init__(self, D=2, H=3):
        self.H = H
        self.Wx = np.random.randn(D, 4 * H) * 0.5
        self.Wh = np.random.randn(H, 4 * H) * 0.5
        self.b = np.random.randn(4 * H) * 0.1

    def forward(self, x):
        T, H = len(x), self.H
        self.x = x
        self.h = np.zeros((T + 1, H))      # h[t+1] is the state after step t
        self.c = np.zeros((T + 1, H))
        self.gates = np.zeros((T, 4 * H))
        for t in range(T):
            a = x[t] @ self.Wx + self.h[t] @ self.Wh + self.b
            a[:3 * H] = sigmoid(a[:3 * H])
            a[3 * H:] = np.tanh(a[3 * H:])
            self.gates[t] = a
            i, f, o, g = np.split(a, 4)
            self.c[t + 1] = f * self.c[t] + i * g
            self.h[t + 1] = o * np.tanh(self.c[t + 1])
        return self.h[1:].copy()

    def backward(self, dh_all):
        T, H = len(self.x), self.H
        dWx, dWh, db = (np.zeros_like(p) for p in (self.Wx, self.Wh, self.b))
        dx = np.zeros_like(self.x)
        dh_next, dc_next = np.zeros(H), np.zeros(H)
        for t in reversed(range(T)):
            i, f, o, g = np.split(self.gates[t], 4)
            dh = dh_all[t] + dh_next
            tc = np.tanh(self.c[t + 1])
            dc = dc_next + dh * o * (1 - tc ** 2)
            di = dc * g
            df = dc * self.c[t + 1]
            do = dh * tc
            dg = dc * i
            da = np.hstack([di * i * (1 - i), df * f * (1 - f),
                            do * o * (1 - o), dg * (1 - g ** 2)])
            dWx += np.outer(self.x[t], da)
            dWh += np.outer(self.h[t], da)
            db += da
            dx[t] = self.Wx @ da
            dh_next = self.Wh @ da
            dc_next = dc * f
        self.grads = {'Wx': dWx, 'Wh': dWh, 'b': db}
        return dx


if __name__ == '__main__':
    net = LSTM()
    x = np.sin(np.arange(12.)).reshape(6, 2)
    out = net.forward(x)
    net.backward(out)
    print({k: np.round(np.linalg.norm(v), 3) for k, v in net.grads.items()})
