import numpy as np


class InputEmbedding:
    """token embedding + learned position embedding (toy transformer, input block)"""

    def __init__(self, vocab_size=7, max_len=4, d_model=3):
        self.tok = np.random.randn(vocab_size, d_model) * 0.1
        self.pos = np.random.randn(max_len, d_model) * 0.1
        self.grad_tok = np.zeros_like(self.tok)
        self.grad_pos = np.zeros_like(self.pos)

    def forward(self, ids):
        # ids: (batch, time), integers
        self.ids = np.asarray(ids)
        T = self.ids.shape[1]
        return self.tok[self.ids] + self.pos[:T]

    def backward(self, dout):
        self.grad_tok = np.zeros_like(self.tok)
        np.add.at(self.grad_tok, self.ids, dout)
        self.grad_pos = np.zeros_like(self.pos)
        T = self.ids.shape[1]
        self.grad_pos[:T] = dout[0]

    def params_and_grads(self):
        yield self.tok, self.grad_tok
        yield self.pos, self.grad_pos


if __name__ == '__main__':
    emb = InputEmbedding()
    ids = np.array([[1, 2, 3, 1], [0, 0, 6, 5]])
    out = emb.forward(ids)
    emb.backward(out)
    for p, g in emb.params_and_grads():
        p -= 0.1 * g
    print(out.shape, np.abs(emb.forward(ids)).sum() < np.abs(out).sum())
