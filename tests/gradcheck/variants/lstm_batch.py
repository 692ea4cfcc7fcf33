import numpy as np


def sigma(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


class LSTMLayer:
    """batch of sequences, time first: x[t] is (N, D); separate matrices per gate on [x, h]"""

    GATES = ('f', 'i', 'c', 'o')

    def __init__(self, D, H):
        self.D, self.H = D, H
        self.params = {}
        for k in self.GATES:
            self.params['W' + k] = np.random.randn(D + H, H) * 0.4
            self.params['b' + k] = np.ones(H) if k == 'f' else np.zeros(H)

    def forward(self, x):
        T, N, D = x.shape
        p = self.params
        h, c = np.zeros((N, self.H)), np.zeros((N, self.H))
        self.tape, hs = [], []
        for t in range(T):
            v = np.concatenate([x[t], h], axis=1)
            f = sigma(v @ p['Wf'] + p['bf'])
            i = sigma(v @ p['Wi'] + p['bi'])
            cb = np.tanh(v @ p['Wc'] + p['bc'])
            o = sigma(v @ p['Wo'] + p['bo'])
            c_old = c
            c = f * c_old + i * cb
            h = o * np.tanh(c)
            self.tape.append((v, f, i, cb, o, c_old, c))
            hs.append(h)
        return np.array(hs)

    def backward(self, dhs):
        p = self.params
        self.grads = {k: np.zeros_like(w) for k, w in p.items()}
        dx, dh_next, dc_next = [], 0, 0
        for dh, (v, f, i, cb, o, c_old, c) in zip(dhs[::-1], self.tape[::-1]):
            dh = dh + dh_next
            th = np.tanh(c)
            dc = dc_next + dh * o * (1 - th * th)
            da = {'o': dh * th * o * (1 - o), 'f': dc * c_old * f * (1 - f),
                  'i': dc * cb * i * (1 - i), 'c': dc * i * (1 - cb * cb)}
            dv = 0
            for k in self.GATES:
                self.grads['W' + k] += v.T @ da[k]
                self.grads['b' + k] += da[k].sum(axis=0)
                dv = dv + da[k] @ p['W' + k].T
            dx.insert(0, dv[:, :self.D])
            dh_next, dc_next = dv[:, self.D:], dc * f
        return np.array(dx)


if __name__ == '__main__':
    net = LSTMLayer(3, 4)
    hs = net.forward(np.random.randn(5, 2, 3))
    print(hs.shape, net.backward(hs).shape)
