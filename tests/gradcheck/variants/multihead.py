import numpy as np


class MultiHeadAttention:
    """(B, T, E) -> (B, T, E) with a causal mask"""

    def __init__(self, embed=6, heads=2):
        assert embed % heads == 0
        self.n_head = heads
        g = np.random.default_rng(4)
        self.W_qkv = g.normal(0, .4, (embed, 3 * embed))
        self.W_o = g.normal(0, .4, (embed, embed))
        self.b_o = np.zeros(embed)

    def _split(self, t):
        B, T, E = t.shape
        return t.reshape(B, T, self.n_head, E // self.n_head).transpose(0, 2, 1, 3)

    def _merge(self, t):
        B, h, T, d = t.shape
        return t.transpose(0, 2, 1, 3).reshape(B, T, h * d)

    def forward(self, x):
        T, E = x.shape[1:]
        q, k, v = (self._split(t) for t in np.split(x @ self.W_qkv, 3, axis=-1))
        s = q @ k.swapaxes(-1, -2) / np.sqrt(E // self.n_head)
        s = np.where(np.tril(np.ones((T, T), bool)), s, -1e9)
        a = np.exp(s - s.max(-1, keepdims=True))
        a /= a.sum(-1, keepdims=True)
        ctx = self._merge(a @ v)
        self.saved = (x, q, k, v, a, ctx)
        return ctx @ self.W_o + self.b_o

    def backward(self, dy):
        x, q, k, v, a, ctx = self.saved
        self.dW_o = np.einsum('bti,btj->ij', ctx, dy)
        self.db_o = dy.sum((0, 1))
        dctx = self._split(dy @ self.W_o.T)
        dv = a.swapaxes(-1, -2) @ dctx
        da = dctx @ v.swapaxes(-1, -2)
        ds = a * (da - (a * da).sum(-1, keepdims=True))
        ds /= np.sqrt(q.shape[-1])
        dq = ds @ k
        dk = ds.swapaxes(-1, -2) @ q
        dqkv = np.concatenate([self._merge(t) for t in (dq, dk, dv)], axis=-1)
        self.dW_qkv = np.einsum('bti,btj->ij', x, dqkv)
        return dqkv @ self.W_qkv.T


if __name__ == '__main__':
    mha = MultiHeadAttention()
    x = np.random.randn(2, 4, 6)
    y = mha.forward(x)
    dx = mha.backward(np.ones_like(y))
    print(y.shape, dx.shape, mha.dW_qkv.shape)
