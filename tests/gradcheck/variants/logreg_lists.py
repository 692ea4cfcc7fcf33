import math
import random


class LogisticRegression:
    def __init__(self, n_features, seed=0):
        rnd = random.Random(seed)
        self.w = [rnd.uniform(-0.5, 0.5) for _ in range(n_features)]
        self.b = 0.0

    def predict_proba(self, row):
        z = self.b
        for wi, xi in zip(self.w, row):
            z += wi * xi
        return 1.0 / (1.0 + math.exp(-z))

    def loss(self, X, y):
        total = 0.0
        for row, label in zip(X, y):
            p = self.predict_proba(row)
            total -= label * math.log(p) + (1 - label) * math.log(1 - p)
        return total / len(X)

    def gradients(self, X, y):
        dw = [0.0] * len(self.w)
        db = 0.0
        for row, label in zip(X, y):
            diff = self.predict_proba(row) - label
            for j in range(len(dw)):
                dw[j] += diff * row[j]
            db += diff
        n = len(X)
        return [g / n for g in dw], db / n

    def fit(self, X, y, lr=0.1, epochs=100):
        for _ in range(epochs):
            dw, db = self.gradients(X, y)
            self.w = [w - lr * g for w, g in zip(self.w, dw)]
            self.b -= lr * db
        return self


if __name__ == "__main__":
    X = [[0.5, 1.0], [1.5, -0.5], [-1.0, 0.3], [-0.7, -1.2]]
    y = [1, 1, 0, 0]
    m = LogisticRegression(2).fit(X, y)
    print(m.loss(X, y), m.w, m.b)
