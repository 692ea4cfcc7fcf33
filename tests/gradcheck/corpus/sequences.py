"""Recurrent cells, embeddings, attention, convolution and pooling."""

import numpy as np

ARGS = {
    "Rnn": "4 6", "RnnLast": "4 3 6", "Cell": "4 6", "Lstm": "3 4", "Gru": "3 4", "Embedding": "7 4", "Attention": "4",
    "DotAttention": "4", "Conv": "2 3 3", "ConvOne": "3", "MaxPool": "", "MeanPool": "", "Flatten": "", "MeanOverTime": "",
}  # fmt: skip


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class Rnn:
    """Batch first: (n, time, features)."""

    def __init__(self, i, h):
        self.Wx, self.Wh, self.b = np.random.randn(i, h) * 0.5, np.random.randn(h, h) * 0.4, np.zeros(h)

    def forward(self, x):
        n, steps, _ = x.shape
        self.x, self.h = x, np.zeros((n, steps + 1, len(self.b)))
        for t in range(steps):
            self.h[:, t + 1] = np.tanh(x[:, t] @ self.Wx + self.h[:, t] @ self.Wh + self.b)
        return self.h[:, 1:]

    def backward(self, dout):
        self.dWx, self.dWh = np.zeros_like(self.Wx), np.zeros_like(self.Wh)
        self.db = np.zeros_like(self.b)
        dx, dnext = np.zeros_like(self.x), 0
        for t in reversed(range(self.x.shape[1])):
            dh = dout[:, t] + dnext
            dz = dh * (1 - self.h[:, t + 1] ** 2)
            self.dWx += self.x[:, t].T @ dz
            self.dWh += self.h[:, t].T @ dz
            self.db += dz.sum(axis=0)
            dx[:, t] = dz @ self.Wx.T
            dnext = dz @ self.Wh.T
        return dx


class RnnLast:
    """One sequence of columns; the output of the last step."""

    def __init__(self, i, o, h):
        self.Whh, self.Wxh = np.random.randn(h, h) / 2, np.random.randn(h, i)
        self.Why, self.bh = np.random.randn(o, h), np.zeros((h, 1))

    def forward(self, inputs):
        assert inputs.ndim == 3
        self.inputs = inputs
        self.hs = {-1: np.zeros_like(self.bh)}
        for t, x in enumerate(inputs):
            self.hs[t] = np.tanh(self.Wxh @ x + self.Whh @ self.hs[t - 1] + self.bh)
        return self.Why @ self.hs[len(inputs) - 1]

    def backward(self, dy):
        last = len(self.inputs) - 1
        self.dWhy = dy @ self.hs[last].T
        dWhh, dWxh = np.zeros_like(self.Whh), np.zeros_like(self.Wxh)
        dbh, dx = np.zeros_like(self.bh), np.zeros_like(self.inputs)
        dh = self.Why.T @ dy
        for t in reversed(range(len(self.inputs))):
            draw = (1 - self.hs[t] ** 2) * dh
            dbh += draw.sum(axis=1, keepdims=True)
            dWhh += draw @ self.hs[t - 1].T
            dWxh += draw @ self.inputs[t].T
            dx[t] = self.Wxh.T @ draw
            dh = self.Whh.T @ draw
        self.dWhh, self.dWxh, self.dbh = dWhh, dWxh, dbh
        return dx


class Cell:
    """One step from a start of its own."""

    def __init__(self, i, h):
        self.Wx, self.Wh, self.h0 = np.random.randn(i, h), np.random.randn(h, h), np.random.randn(h)

    def forward(self, x):
        self.x = x
        self.h = np.tanh(x @ self.Wx + self.h0 @ self.Wh)
        return self.h

    def backward(self, dh):
        dz = dh * (1 - self.h**2)
        self.dWx = self.x.T @ dz
        total = dz.sum(axis=0)
        self.dWh = np.outer(self.h0, total)
        self.dh0 = total @ self.Wh.T
        return dz @ self.Wx.T


class Lstm:
    """One step of an LSTM, gates side by side."""

    def __init__(self, i, h):
        self.W, self.c0, self.size = np.random.randn(i, 4 * h), np.random.randn(h), h

    def forward(self, x):
        self.x = x
        z = x @ self.W
        h = self.size
        self.i, self.f = sigmoid(z[:, :h]), sigmoid(z[:, h : 2 * h])
        self.o, self.g = sigmoid(z[:, 2 * h : 3 * h]), np.tanh(z[:, 3 * h :])
        self.c = self.f * self.c0 + self.i * self.g
        self.tc = np.tanh(self.c)
        return self.o * self.tc

    def backward(self, dh):
        do = dh * self.tc
        dc = dh * self.o * (1 - self.tc**2)
        di = dc * self.g
        df = dc * self.c0
        dg = dc * self.i
        self.dc0 = (dc * self.f).sum(axis=0)
        di = di * self.i * (1 - self.i)
        df = df * self.f * (1 - self.f)
        do = do * self.o * (1 - self.o)
        dg = dg * (1 - self.g**2)
        dz = np.hstack([di, df, do, dg])
        self.dW = self.x.T @ dz
        return dz @ self.W.T


class Gru:
    """An update gate between a start and a candidate."""

    def __init__(self, i, h):
        self.Wz, self.Wn, self.h0 = np.random.randn(i, h), np.random.randn(i, h), np.random.randn(h)

    def forward(self, x):
        self.x = x
        self.z = sigmoid(x @ self.Wz)
        self.n = np.tanh(x @ self.Wn)
        return (1 - self.z) * self.n + self.z * self.h0

    def backward(self, dh):
        dz = dh * (self.h0 - self.n)
        dn = dh * (1 - self.z)
        self.dh0 = (dh * self.z).sum(axis=0)
        dWz, dWn = np.zeros_like(self.Wz), np.zeros_like(self.Wn)
        dz = dz * self.z * (1 - self.z)
        dn = dn * (1 - self.n**2)
        dWz += self.x.T @ dz
        dWn += self.x.T @ dn
        self.dWz, self.dWn = dWz, dWn
        dx = dz @ self.Wz.T
        dx += dn @ self.Wn.T
        return dx


class Embedding:
    def __init__(self, words, size):
        self.W = np.random.randn(words, size)

    def forward(self, idx):
        self.idx = idx
        return 0.5 * self.W[idx]

    def backward(self, dout):
        self.dW = np.zeros_like(self.W)
        np.add.at(self.dW, self.idx, 0.5 * dout)


class Attention:
    """Self-attention over the rows of x, one head."""

    def __init__(self, d):
        self.Wq, self.Wk, self.Wv = (np.random.randn(d, d) * 0.5 for _ in range(3))

    def forward(self, x):
        self.x = x
        self.q, self.k, self.v = x @ self.Wq, x @ self.Wk, x @ self.Wv
        s = self.q @ self.k.T / np.sqrt(x.shape[1])
        e = np.exp(s - s.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        return self.p @ self.v

    def backward(self, dy):
        dv = self.p.T @ dy
        dp = dy @ self.v.T
        ds = self.p * (dp - (dp * self.p).sum(axis=1, keepdims=True))
        ds = ds / np.sqrt(self.x.shape[1])
        dq = ds @ self.k
        dk = ds.T @ self.q
        self.dWq = self.x.T @ dq
        self.dWk = self.x.T @ dk
        self.dWv = self.x.T @ dv
        dx = dq @ self.Wq.T
        dx += dk @ self.Wk.T
        dx += dv @ self.Wv.T
        return dx


class DotAttention:
    """Weights of the rows by their product with a vector."""

    def __init__(self, d):
        self.u = np.random.randn(d)

    def forward(self, x):
        self.x = x
        e = np.exp(x @ self.u)
        self.a = e / e.sum()
        return self.a @ x

    def backward(self, dy):
        da = self.x @ dy
        ds = self.a * (da - self.a @ da)
        self.du = self.x.T @ ds
        dx = np.outer(ds, self.u)
        dx += np.outer(self.a, dy)
        return dx


class Conv:
    """Valid convolution with loops over the kernel."""

    def __init__(self, in_channels, out_channels, k):
        self.W, self.b, self.k = np.random.randn(out_channels, in_channels, k, k) * 0.4, np.zeros(out_channels), k

    def forward(self, x):
        n, _, h, w = x.shape
        self.x = x
        out = np.zeros((n, len(self.b), h - self.k + 1, w - self.k + 1))
        for i in range(self.k):
            for j in range(self.k):
                part = x[:, :, i : i + out.shape[2], j : j + out.shape[3]]
                out += np.einsum("nchw,oc->nohw", part, self.W[:, :, i, j])
        return out + self.b[None, :, None, None]

    def backward(self, dout):
        h, w = dout.shape[2:]
        self.dW, dx = np.zeros_like(self.W), np.zeros_like(self.x)
        self.db = dout.sum(axis=(0, 2, 3))
        for i in range(self.k):
            for j in range(self.k):
                part = self.x[:, :, i : i + h, j : j + w]
                self.dW[:, :, i, j] = np.einsum("nchw,nohw->oc", part, dout)
                dx[:, :, i : i + h, j : j + w] += np.einsum("nohw,oc->nchw", dout, self.W[:, :, i, j])
        return dx


class ConvOne:
    """A kernel over rows."""

    def __init__(self, k):
        self.w, self.b = np.random.randn(k), np.zeros(1)

    def forward(self, x):
        self.x = x
        m = x.shape[1] - len(self.w) + 1
        return sum(self.w[j] * x[:, j : j + m] for j in range(len(self.w))) + self.b

    def backward(self, dy):
        m = dy.shape[1]
        self.dw, dx = np.zeros_like(self.w), np.zeros_like(self.x)
        for j in range(len(self.w)):
            self.dw[j] = (dy * self.x[:, j : j + m]).sum()
            dx[:, j : j + m] += dy * self.w[j]
        self.db = np.array([dy.sum()])
        return dx


class MaxPool:
    """Blocks of 2 by 2."""

    def forward(self, x):
        n, c, h, w = x.shape
        self.blocks = x.reshape(n, c, h // 2, 2, w // 2, 2)
        self.out = self.blocks.max(axis=(3, 5))
        return self.out

    def backward(self, dout):
        mask = self.blocks == self.out[:, :, :, None, :, None]
        d = mask * dout[:, :, :, None, :, None]
        n, c, h, _, w, _ = d.shape
        return d.reshape(n, c, h * 2, w * 2)


class MeanPool:
    def forward(self, x):
        n, c, h, w = x.shape
        self.shape = x.shape
        return x.mean(axis=(2, 3))

    def backward(self, dout):
        n, c, h, w = self.shape
        d = dout[:, :, None, None] / (h * w)
        return d * np.ones(self.shape)


class Flatten:
    def forward(self, x):
        n, c, h, w = x.shape
        self.shape = x.shape
        return x.reshape(n, c * h * w)

    def backward(self, dout):
        return dout.reshape(self.shape)


class MeanOverTime:
    def forward(self, x):
        n, steps, d = x.shape
        self.steps = steps
        return x.mean(axis=1)

    def backward(self, dy):
        dx = np.repeat(dy[:, None, :], self.steps, axis=1)
        return dx / self.steps
