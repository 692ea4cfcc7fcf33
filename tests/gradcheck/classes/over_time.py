"""Networks over time: what backward is given is what forward returned of each step, or keeps for it."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class TinyCharNet:
    """Letters in, letters out."""

    def __init__(self, n_letters, n_hidden):
        self.n_letters, self.n_hidden = n_letters, n_hidden
        self.Wxh = np.random.randn(n_hidden, n_letters) * 0.01
        self.Whh = np.random.randn(n_hidden, n_hidden) * 0.01
        self.Why = np.random.randn(n_letters, n_hidden) * 0.01
        self.bh = np.zeros((n_hidden, 1))
        self.by = np.zeros((n_letters, 1))

    def forward(self, inputs, hprev):
        xs, hs, ps = {}, {-1: hprev}, {}
        for t, ix in enumerate(inputs):
            xs[t] = np.zeros((self.n_letters, 1))
            xs[t][ix] = 1
            hs[t] = np.tanh(self.Wxh @ xs[t] + self.Whh @ hs[t - 1] + self.bh)
            e = np.exp(self.Why @ hs[t] + self.by)
            ps[t] = e / e.sum()
        return xs, hs, ps

    def backward(self, xs, hs, ps, targets):
        grads = {k: np.zeros_like(v) for k, v in vars(self).items() if isinstance(v, np.ndarray)}
        carry = np.zeros((self.n_hidden, 1))
        for t in range(len(targets) - 1, -1, -1):
            dy = ps[t].copy()
            dy[targets[t]] -= 1
            grads["Why"] += dy @ hs[t].T
            grads["by"] += dy
            dh = self.Why.T @ dy + carry
            draw = (1 - hs[t] ** 2) * dh
            grads["Wxh"] += draw @ xs[t].T
            grads["Whh"] += draw @ hs[t - 1].T
            grads["bh"] += draw
            carry = self.Whh.T @ draw
        return grads

    def loss(self, ps, targets):
        return -sum(np.log(ps[t][k, 0]) for t, k in enumerate(targets))


class Letters:
    def __init__(self, vocab, hidden=6):
        self.vocab, self.hidden = vocab, hidden
        self.params = {
            "U": np.random.randn(hidden, vocab) * 0.1,
            "W": np.random.randn(hidden, hidden) * 0.1,
            "V": np.random.randn(vocab, hidden) * 0.1,
            "b": np.zeros((hidden, 1)),
            "c": np.zeros((vocab, 1)),
        }

    def loss_and_grads(self, inputs, targets, h_start):
        p = self.params
        hs, xs, probs, loss = {-1: h_start.copy()}, {}, {}, 0.0
        for t in range(len(inputs)):
            xs[t] = np.eye(self.vocab)[:, inputs[t] : inputs[t] + 1]
            hs[t] = np.tanh(p["U"] @ xs[t] + p["W"] @ hs[t - 1] + p["b"])
            z = p["V"] @ hs[t] + p["c"]
            probs[t] = np.exp(z - z.max())
            probs[t] /= probs[t].sum()
            loss -= np.log(probs[t][targets[t], 0])
        grads = {name: np.zeros_like(value) for name, value in p.items()}
        dh_next = np.zeros_like(h_start)
        for t in reversed(range(len(inputs))):
            dz = probs[t].copy()
            dz[targets[t]] -= 1
            grads["V"] += dz @ hs[t].T
            grads["c"] += dz
            da = (p["V"].T @ dz + dh_next) * (1 - hs[t] ** 2)
            grads["U"] += da @ xs[t].T
            grads["W"] += da @ hs[t - 1].T
            grads["b"] += da
            dh_next = p["W"].T @ da
        return loss, grads, hs[len(inputs) - 1]


class StepLSTM:
    """Steps go into a list of caches, and come out of it in reverse order."""

    def __init__(self, input_dim, hidden_dim):
        self.D, self.H = input_dim, hidden_dim
        self.W = np.random.randn(4 * hidden_dim, input_dim + hidden_dim) * 0.1
        self.b = np.zeros((4 * hidden_dim, 1))

    def step(self, x, h_prev, c_prev):
        z = np.vstack((h_prev, x))
        a = self.W @ z + self.b
        H = self.H
        i, f, o = sigmoid(a[:H]), sigmoid(a[H : 2 * H]), sigmoid(a[2 * H : 3 * H])
        g = np.tanh(a[3 * H :])
        c = f * c_prev + i * g
        h = o * np.tanh(c)
        return h, c, (z, i, f, o, g, c, c_prev)

    def forward(self, xs, h0, c0):
        h, c, hs, caches = h0, c0, [], []
        for x in xs:
            h, c, cache = self.step(x, h, c)
            hs.append(h)
            caches.append(cache)
        return hs, caches

    def backward(self, dhs, caches):
        self.dW, self.db = np.zeros_like(self.W), np.zeros_like(self.b)
        dh_next = np.zeros((self.H, 1))
        dc_next = np.zeros((self.H, 1))
        dxs = [None] * len(dhs)
        for t in reversed(range(len(dhs))):
            z, i, f, o, g, c, c_prev = caches[t]
            dh = dhs[t] + dh_next
            dc = dc_next + dh * o * (1 - np.tanh(c) ** 2)
            da = np.vstack(
                (dc * g * i * (1 - i), dc * c_prev * f * (1 - f), dh * np.tanh(c) * o * (1 - o), dc * i * (1 - g**2))
            )
            self.dW += da @ z.T
            self.db += da
            dz = self.W.T @ da
            dh_next, dxs[t] = dz[: self.H], dz[self.H :]
            dc_next = dc * f
        return dxs, dh_next, dc_next


class SequenceNet:
    """(time, batch, features) in, (time, batch, outputs) out."""

    def __init__(self, input_size, hidden_size, output_size):
        self.hidden_size = hidden_size
        self.wx = np.random.normal(0, 0.3, (hidden_size, input_size))
        self.wh = np.random.normal(0, 0.3, (hidden_size, hidden_size))
        self.wo = np.random.normal(0, 0.3, (output_size, hidden_size))
        self.bh = np.zeros(hidden_size)
        self.bo = np.zeros(output_size)

    def forward(self, inputs):
        h = np.zeros((inputs.shape[1], self.hidden_size))
        outs, states = [], []
        for x in inputs:
            h = np.tanh(x @ self.wx.T + h @ self.wh.T + self.bh)
            states.append(h)
            outs.append(h @ self.wo.T + self.bo)
        return np.array(outs), np.array(states)

    def backward(self, outs, states, inputs, out_grads):
        g = {name: np.zeros_like(getattr(self, name)) for name in ("wo", "wh", "wx", "bh", "bo")}
        dx = np.zeros_like(inputs)
        later = np.zeros_like(states[0])
        for t in reversed(range(len(outs))):
            g["wo"] += out_grads[t].T @ states[t]
            g["bo"] += out_grads[t].sum(0)
            d = (out_grads[t] @ self.wo + later) * (1 - states[t] ** 2)
            before = states[t - 1] if t else np.zeros_like(states[0])
            g["wx"] += d.T @ inputs[t]
            g["wh"] += d.T @ before
            g["bh"] += d.sum(0)
            dx[t] = d @ self.wx
            later = d @ self.wh
        return g["wo"], g["wh"], g["wx"], g["bh"], g["bo"], dx


class KeywordRNN:
    def __init__(self, hidden_size, vocab_size):
        self.hidden_size, self.vocab_size = hidden_size, vocab_size
        self.Wx = np.random.randn(hidden_size, vocab_size) * 0.1
        self.Wh = np.random.randn(hidden_size, hidden_size) * 0.1
        self.Wy = np.random.randn(vocab_size, hidden_size) * 0.1
        self.bh, self.by = np.zeros((hidden_size, 1)), np.zeros((vocab_size, 1))

    def __call__(self, **kw):
        x, y, h = kw["inputs"], kw["targets"], kw["hprev"]
        xs, hs, ps, loss = {}, {-1: np.copy(h)}, {}, 0
        for t in range(len(x)):
            xs[t] = np.zeros((self.vocab_size, 1))
            xs[t][x[t]] = 1
            hs[t] = np.tanh(self.Wx @ xs[t] + self.Wh @ hs[t - 1] + self.bh)
            s = self.Wy @ hs[t] + self.by
            ps[t] = np.exp(s) / np.sum(np.exp(s))
            loss -= np.log(ps[t][y[t], 0])
        return loss, hs[len(x) - 1], {"xs": xs, "hs": hs, "ps": ps}

    def backward(self, targets, cache):
        xs, hs, ps = cache["xs"], cache["hs"], cache["ps"]
        g = {
            "dWx": np.zeros_like(self.Wx),
            "dWh": np.zeros_like(self.Wh),
            "dWy": np.zeros_like(self.Wy),
            "dbh": np.zeros_like(self.bh),
            "dby": np.zeros_like(self.by),
        }
        later = np.zeros_like(hs[0])
        for t in reversed(range(len(xs))):
            dy = np.copy(ps[t])
            dy[targets[t]] -= 1
            g["dWy"] += dy @ hs[t].T
            g["dby"] += dy
            raw = (1 - hs[t] * hs[t]) * (self.Wy.T @ dy + later)
            g["dbh"] += raw
            g["dWx"] += raw @ xs[t].T
            g["dWh"] += raw @ hs[t - 1].T
            later = self.Wh.T @ raw
        return g


class CourseRNN:
    """The weights are handed in, columns are the letters of a sequence."""

    def __init__(self, m, K):
        self.m, self.K = m, K
        self.U = np.random.randn(m, K) * 0.1
        self.W = np.random.randn(m, m) * 0.1
        self.V = np.random.randn(K, m) * 0.1
        self.b = np.zeros((m, 1))
        self.c = np.zeros((K, 1))

    def forward(self, X, h0, U, W, V, b, c):
        n = X.shape[1]
        H, A, P = np.zeros((self.m, n)), np.zeros((self.m, n)), np.zeros((self.K, n))
        h = h0
        for t in range(n):
            a = W @ h + U @ X[:, [t]] + b
            h = np.tanh(a)
            o = V @ h + c
            e = np.exp(o - o.max())
            A[:, [t]], H[:, [t]], P[:, [t]] = a, h, e / e.sum()
        return A, H, P

    def backward(self, X, Y, h0, P, H, A):
        n = X.shape[1]
        G = P - Y
        dV, dc = G @ H.T, G.sum(1, keepdims=True)
        D, later = np.zeros_like(A), np.zeros((self.m, 1))
        for t in range(n - 1, -1, -1):
            dh = self.V.T @ G[:, [t]] + later
            D[:, [t]] = dh * (1 - np.tanh(A[:, [t]]) ** 2)
            later = self.W.T @ D[:, [t]]
        H0 = np.hstack((h0, H[:, :-1]))
        return D @ X.T, D @ H0.T, dV, D.sum(1, keepdims=True), dc

    def loss(self, Y, P):
        return -np.sum(Y * np.log(P))


class Param:
    def __init__(self, value):
        self.v = value
        self.d = np.zeros_like(value)


class TextLSTM:
    def __init__(self, vocab_size, hidden_size):
        self.V, self.H = vocab_size, hidden_size
        Z = vocab_size + hidden_size
        self.Wf, self.bf = Param(np.random.randn(hidden_size, Z) * 0.1), Param(np.zeros((hidden_size, 1)))
        self.Wi, self.bi = Param(np.random.randn(hidden_size, Z) * 0.1), Param(np.zeros((hidden_size, 1)))
        self.Wg, self.bg = Param(np.random.randn(hidden_size, Z) * 0.1), Param(np.zeros((hidden_size, 1)))
        self.Wo, self.bo = Param(np.random.randn(hidden_size, Z) * 0.1), Param(np.zeros((hidden_size, 1)))
        self.Wv, self.bv = Param(np.random.randn(vocab_size, hidden_size) * 0.1), Param(np.zeros((vocab_size, 1)))
        self.all = [self.Wf, self.Wi, self.Wg, self.Wo, self.Wv, self.bf, self.bi, self.bg, self.bo, self.bv]

    def sig(self, x):
        return 1 / (1 + np.exp(-x))

    def forward(self, x, h_prev, c_prev):
        z = np.vstack((h_prev, x))
        f, i = self.sig(self.Wf.v @ z + self.bf.v), self.sig(self.Wi.v @ z + self.bi.v)
        g, o = np.tanh(self.Wg.v @ z + self.bg.v), self.sig(self.Wo.v @ z + self.bo.v)
        c = f * c_prev + i * g
        h = o * np.tanh(c)
        v = self.Wv.v @ h + self.bv.v
        y = np.exp(v) / np.sum(np.exp(v))
        return z, f, i, g, c, o, h, v, y

    def backward(self, target, dh_next, dc_next, c_prev, z, f, i, g, c, o, h, v, y):
        dv = np.copy(y)
        dv[target] -= 1
        self.Wv.d += dv @ h.T
        self.bv.d += dv
        dh = self.Wv.v.T @ dv + dh_next
        do = dh * np.tanh(c) * o * (1 - o)
        dc = dc_next + dh * o * (1 - np.tanh(c) ** 2)
        dg, di, df = dc * i * (1 - g * g), dc * g * i * (1 - i), dc * c_prev * f * (1 - f)
        for W, b, d in ((self.Wf, self.bf, df), (self.Wi, self.bi, di), (self.Wg, self.bg, dg), (self.Wo, self.bo, do)):
            W.d += d @ z.T
            b.d += d
        dz = self.Wf.v.T @ df + self.Wi.v.T @ di + self.Wg.v.T @ dg + self.Wo.v.T @ do
        return dz[: self.H], f * dc

    def forward_backward(self, inputs, targets, h_prev, c_prev):
        xs, keep, hs, cs, loss = {}, {}, {-1: h_prev}, {-1: c_prev}, 0
        for t in range(len(inputs)):
            xs[t] = np.zeros((self.V, 1))
            xs[t][inputs[t]] = 1
            keep[t] = self.forward(xs[t], hs[t - 1], cs[t - 1])
            cs[t], hs[t] = keep[t][4], keep[t][6]
            loss -= np.log(keep[t][-1][targets[t], 0])
        for p in self.all:
            p.d.fill(0)
        dh, dc = np.zeros_like(h_prev), np.zeros_like(c_prev)
        for t in reversed(range(len(inputs))):
            dh, dc = self.backward(targets[t], dh, dc, cs[t - 1], *keep[t])
        return loss, hs[len(inputs) - 1], cs[len(inputs) - 1]


class FixedLength:
    def __init__(self, vocab_size, hidden_size, seq_length, lr):
        self.vocab_size, self.hidden_size, self.seq_length, self.lr = vocab_size, hidden_size, seq_length, lr
        self.U = np.random.uniform(-0.1, 0.1, (hidden_size, vocab_size))
        self.V = np.random.uniform(-0.1, 0.1, (vocab_size, hidden_size))
        self.W = np.random.uniform(-0.1, 0.1, (hidden_size, hidden_size))
        self.b = np.zeros((hidden_size, 1))
        self.c = np.zeros((vocab_size, 1))

    def softmax(self, x):
        p = np.exp(x - np.max(x))
        return p / np.sum(p)

    def forward(self, inputs, hprev):
        xs, hs, os, ycap = {}, {}, {}, {}
        hs[-1] = np.copy(hprev)
        for t in range(len(inputs)):
            xs[t] = np.zeros((self.vocab_size, 1))
            xs[t][inputs[t]] = 1
            hs[t] = np.tanh(self.U @ xs[t] + self.W @ hs[t - 1] + self.b)
            os[t] = self.V @ hs[t] + self.c
            ycap[t] = self.softmax(os[t])
        return xs, hs, ycap

    def backward(self, xs, hs, ps, targets):
        dU, dW, dV = np.zeros_like(self.U), np.zeros_like(self.W), np.zeros_like(self.V)
        db, dc = np.zeros_like(self.b), np.zeros_like(self.c)
        dhnext = np.zeros_like(hs[0])
        for t in reversed(range(self.seq_length)):
            dy = np.copy(ps[t])
            dy[targets[t]] -= 1
            dV += dy @ hs[t].T
            dc += dy
            dh = self.V.T @ dy + dhnext
            dhrec = (1 - hs[t] * hs[t]) * dh
            db += dhrec
            dU += dhrec @ xs[t].T
            dW += dhrec @ hs[t - 1].T
            dhnext = self.W.T @ dhrec
        return dU, dW, dV, db, dc

    def loss(self, ps, targets):
        return sum(-np.log(ps[t][targets[t], 0]) for t in range(self.seq_length))
