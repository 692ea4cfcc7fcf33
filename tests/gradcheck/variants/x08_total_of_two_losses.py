import numpy as np


def sig(x):
    return 1.0 / (1.0 + np.exp(-np.clip(x, -10, 10)))


class NegativeSampling:
    """skip-gram with negative samples, one pair at a time"""

    def __init__(self, vocab_size, dim=8, seed=0):
        rng = np.random.default_rng(seed)
        self.E_in = rng.normal(0, 0.3, size=(vocab_size, dim))
        self.E_out = rng.normal(0, 0.3, size=(vocab_size, dim))

    def train_pair(self, center_id, context_id, neg_ids, lr=0.025):
        v, u = self.E_in[center_id].copy(), self.E_out[context_id].copy()
        score = sig(u @ v)
        pos_loss = -np.log(score + 1e-10)
        grad_v = (score - 1.0) * u
        grad_u = (score - 1.0) * v
        neg_loss = 0.0
        grads_neg = []
        for neg_id in neg_ids:
            k = self.E_out[neg_id].copy()
            wrong = sig(k @ v)
            neg_loss += -np.log(sig(-(k @ v)) + 1e-10)
            grad_v += wrong * k
            grads_neg.append((neg_id, wrong * v))
        total_loss = pos_loss + neg_loss
        self.E_in[center_id] -= lr * grad_v
        self.E_out[context_id] -= lr * grad_u
        for neg_id, grad_k in grads_neg:
            self.E_out[neg_id] -= lr * grad_k
        return total_loss
