import numpy as np


def squash(z):
    return 1 / (1 + np.exp(-z))


class NegativeSampling:
    """A step is given the numbers of three kinds of words, and returns its loss."""

    def __init__(self, vocab_size, dim):
        self.inner = np.random.randn(vocab_size, dim) / dim
        self.outer = np.random.randn(vocab_size, dim) / dim

    def train_step(self, center, context, negatives, lr=0.05):
        v = self.inner[center].copy()
        near, far = self.outer[context].copy(), self.outer[negatives]
        p, q = squash(near @ v), squash(far @ v)
        self.inner[center] -= lr * ((p - 1) * near + q @ far)
        self.outer[context] -= lr * (p - 1) * v
        self.outer[negatives] -= lr * q[:, None] * v
        return -np.log(p) - np.log(1 - q).sum()


class Surroundings:
    """The words around one tell it; the loss is only printed."""

    def __init__(self, vocabulary, size, rate=0.1):
        self.E = np.random.randn(vocabulary, size)
        self.F = np.random.randn(size, vocabulary)
        self.rate = rate

    def update(self, context_ids, target):
        mean = self.E[context_ids].mean(axis=0)
        z = mean @ self.F
        p = np.exp(z - z.max())
        p /= p.sum()
        loss = -np.log(p[target])
        p[target] -= 1
        back = self.F @ p
        self.F -= self.rate * np.outer(mean, p)
        self.E[context_ids] -= self.rate * back / len(context_ids)
        print("loss", loss)


class PairOfWords:
    """One pair at a time, with a label that says whether they are neighbours; a method for the loss, one for slopes."""

    def __init__(self, vocab, dim):
        self.A, self.B = np.random.randn(vocab, dim), np.random.randn(dim, vocab)

    def loss(self, first_id, second_id, label):
        p = squash(self.A[first_id] @ self.B[:, second_id])
        return -label * np.log(p) - (1 - label) * np.log(1 - p)

    def gradients(self, first_id, second_id, label):
        error = squash(self.A[first_id] @ self.B[:, second_id]) - label
        dA, dB = np.zeros(self.A.shape), np.zeros(self.B.shape)
        dA[first_id] = error * self.B[:, second_id]
        dB[:, second_id] = error * self.A[first_id]
        return dA, dB


class Ratings:
    """A matrix as a product of two: its constructor is given all data."""

    def __init__(self, R, rank, weight=0.1):
        self.R, self.weight = R, weight
        self.P = np.random.randn(R.shape[0], rank)
        self.Q = np.random.randn(R.shape[1], rank)

    def cost(self):
        squares = (self.P**2).sum() + (self.Q**2).sum()
        return ((self.R - self.P @ self.Q.T) ** 2).sum() / 2 + self.weight / 2 * squares

    def grad(self):
        E = self.P @ self.Q.T - self.R
        return E @ self.Q + self.weight * self.P, E.T @ self.P + self.weight * self.Q


class RowsOfVectors:
    """The gradients of the rows that were looked up are returned, in the order of the words."""

    def __init__(self, vocab, dim):
        self.near, self.far = np.random.randn(vocab, dim) / dim, np.random.randn(vocab, dim) / dim

    def loss_and_gradients(self, center_id, context_id, negative_ids):
        v, u, n = self.near[center_id], self.far[context_id], self.far[negative_ids]
        p, q = squash(u @ v), squash(n @ v)
        loss = -np.log(p) - np.log(1 - q).sum()
        return loss, (p - 1) * u + q @ n, (p - 1) * v, np.outer(q, v)


class BatchOfWords:
    """Each of the words of a batch has negatives of its own; the step is taken at once."""

    def __init__(self, vocab, dim, lr):
        self.near, self.far, self.lr = np.random.randn(vocab, dim) / dim, np.zeros((vocab, dim)), lr

    def train_step(self, centers, contexts, negatives):
        v, u, n = self.near[centers], self.far[contexts], self.far[negatives]
        p, q = squash(np.einsum("bd,bd->b", v, u)), squash(np.einsum("bd,bkd->bk", v, n))
        loss = -np.log(p).sum() - np.log(1 - q).sum()
        e = (p - 1)[:, None]
        np.add.at(self.far, contexts, -self.lr * e * v)
        np.add.at(self.far, negatives, -self.lr * q[:, :, None] * v[:, None, :])
        np.add.at(self.near, centers, -self.lr * (e * u + np.einsum("bk,bkd->bd", q, n)))
        return loss
