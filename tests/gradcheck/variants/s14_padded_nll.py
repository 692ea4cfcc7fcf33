"""Loss of the translation model: tokens with the number PAD do not count."""
import numpy as np

PAD = 0


class PaddedNLL:

    def __init__(self, temperature=2.0):
        self.temperature = temperature

    def log_softmax(self, z):
        z = z - z.max(-1, keepdims=True)
        return z - np.log(np.exp(z).sum(-1, keepdims=True))

    def forward(self, logits, targets):
        self.logp = self.log_softmax(logits / self.temperature)
        self.targets = targets
        self.keep = (targets != PAD).astype(float)
        picked = np.take_along_axis(self.logp, targets[..., None], axis=-1)[..., 0]
        self.count = max(self.keep.sum(), 1)
        return -(picked * self.keep).sum() / self.count

    def backward(self):
        g = np.exp(self.logp)
        one_hot = np.zeros_like(g)
        np.put_along_axis(one_hot, self.targets[..., None], 1.0, axis=-1)
        g -= one_hot
        g *= self.keep[..., None]
        return g / (self.count * self.temperature)

    def perplexity(self, logits, targets):
        return float(np.exp(self.forward(logits, targets)))


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    targets = np.array([[3, 1, 4, 0, 0], [2, 4, 4, 1, 0]])
    logits = rng.normal(size=(2, 5, 6))
    nll = PaddedNLL()
    for i in range(200):
        loss = nll.forward(logits, targets)
        logits -= 20 * nll.backward()
    print("loss %.4f, perplexity %.3f" % (loss, nll.perplexity(logits, targets)))
