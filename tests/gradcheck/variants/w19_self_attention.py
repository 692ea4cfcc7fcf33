import numpy as np


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


class SelfAttention:
    """Single-head scaled dot-product self-attention, x: (B, T, C)"""

    def __init__(self, C, d_k, rng=None):
        rng = rng or np.random.default_rng(0)
        s = 1 / np.sqrt(C)
        self.params = {
            'Wq': rng.normal(0, s, (C, d_k)),
            'Wk': rng.normal(0, s, (C, d_k)),
            'Wv': rng.normal(0, s, (C, d_k)),
            'Wo': rng.normal(0, s, (d_k, C)),
        }
        self.grads = {}
        self.d_k = d_k

    def forward(self, x):
        p = self.params
        q, k, v = x @ p['Wq'], x @ p['Wk'], x @ p['Wv']
        scores = np.einsum('bid,bjd->bij', q, k) / np.sqrt(self.d_k)
        att = softmax(scores, axis=-1)
        ctx = att @ v
        self.cache = x, q, k, v, att, ctx
        return ctx @ p['Wo']

    def backward(self, dout):
        p = self.params
        x, q, k, v, att, ctx = self.cache

        self.grads['Wo'] = np.einsum('btd,btc->dc', ctx, dout)
        dctx = dout @ p['Wo'].T

        datt = np.einsum('bid,bjd->bij', dctx, v)
        dv = np.einsum('bij,bid->bjd', att, dctx)

        # softmax jacobian
        dscores = att * (datt - (datt * att).sum(axis=1, keepdims=True))
        dscores /= np.sqrt(self.d_k)

        dq = dscores @ k
        dk = dscores.transpose(0, 2, 1) @ q

        self.grads['Wq'] = np.einsum('btc,btd->cd', x, dq)
        self.grads['Wk'] = np.einsum('btc,btd->cd', x, dk)
        self.grads['Wv'] = np.einsum('btc,btd->cd', x, dv)
        return dq @ p['Wq'].T + dk @ p['Wk'].T + dv @ p['Wv'].T


if __name__ == '__main__':
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8, 5, 6))
    target = x[:, ::-1, :].copy()          # learn to reverse
    layer = SelfAttention(6, 6)
    for step in range(200):
        y = layer.forward(x)
        loss = ((y - target) ** 2).mean()
        layer.backward(2 * (y - target) / y.size)
        for name in layer.params:
            layer.params[name] -= 1.0 * layer.grads[name]
        if step % 50 == 0:
            print(step, loss)
