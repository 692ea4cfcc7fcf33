import numpy as np

# Siamese network with contrastive loss (Hadsell et al. 2006)
# label 0 = similar pair, label 1 = dissimilar pair


class SiameseNet:

    def __init__(self, dims, margin=1.0, seed=0):
        rng = np.random.RandomState(seed)
        self.margin = margin
        self.Ws = [rng.randn(dims[i], dims[i + 1]) * np.sqrt(1.0 / dims[i]) for i in range(len(dims) - 1)]
        self.bs = [np.zeros(d) for d in dims[1:]]

    def embed(self, X):
        """returns all activations, the last one is the embedding (linear)"""
        acts = [X]
        for i in range(len(self.Ws)):
            z = acts[-1] @ self.Ws[i] + self.bs[i]
            acts.append(z if i == len(self.Ws) - 1 else np.tanh(z))
        return acts

    def distance(self, e1, e2):
        return np.sqrt(np.sum((e1 - e2) ** 2, axis=1) + 1e-12)

    def loss(self, X1, X2, y):
        d = self.distance(self.embed(X1)[-1], self.embed(X2)[-1])
        return np.mean((1 - y) * 0.5 * d ** 2 + y * 0.5 * np.maximum(0, self.margin - d) ** 2)

    def _branch_backward(self, acts, dE, dWs, dbs):
        delta = dE
        for i in reversed(range(len(self.Ws))):
            dWs[i] += acts[i].T @ delta
            dbs[i] += delta.sum(axis=0)
            delta = delta @ self.Ws[i].T
            if i > 0:
                delta = delta * (1 - acts[i] ** 2)

    def gradients(self, X1, X2, y):
        acts1, acts2 = self.embed(X1), self.embed(X2)
        diff = acts1[-1] - acts2[-1]
        d = self.distance(acts1[-1], acts2[-1])

        # dL/dd, then dd/de1 = diff / d
        dd = (1 - y) * d - y * np.maximum(0, self.margin - d)
        dE1 = (dd / d / len(y))[:, None] * diff

        dWs = [np.zeros_like(W) for W in self.Ws]
        dbs = [np.zeros_like(b) for b in self.bs]
        # both branches share the weights
        self._branch_backward(acts1, dE1, dWs, dbs)
        self._branch_backward(acts2, -dE1, dWs, dbs)
        return dWs, dbs

    def train(self, X1, X2, y, lr=0.1, epochs=100):
        for _ in range(epochs):
            dWs, dbs = self.gradients(X1, X2, y)
            for i in range(len(self.Ws)):
                self.Ws[i] -= lr * dWs[i]
                self.bs[i] -= lr * dbs[i]


if __name__ == '__main__':
    r = np.random.RandomState(3)
    cls1, cls2 = r.randint(0, 3, 200), r.randint(0, 3, 200)
    proto = r.randn(3, 5)
    X1 = proto[cls1] + 0.3 * r.randn(200, 5)
    X2 = proto[cls2] + 0.3 * r.randn(200, 5)
    y = (cls1 != cls2).astype(float)
    net = SiameseNet([5, 8, 2])
    print('before', net.loss(X1, X2, y))
    net.train(X1, X2, y)
    print('after', net.loss(X1, X2, y))
