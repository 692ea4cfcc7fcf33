import numpy as np


class ElasticNet:
    """ 1/(2n) ||Xw + b - y||^2 + l1 * |w|_1 + l2/2 * |w|^2     (b not penalised) """

    def __init__(self, p=4, l1=0.1, l2=0.5):
        self.w = np.array([0.7, -0.4, 1.2, -0.9])[:p]
        self.b = 0.3
        self.l1, self.l2 = l1, l2

    def __call__(self, X):
        return X.dot(self.w) + self.b

    def loss(self, X, y):
        res = self(X) - y
        data = (res ** 2).sum() / (2 * y.shape[0])
        return data + self.l1 * np.abs(self.w).sum() + 0.5 * self.l2 * self.w.dot(self.w)

    def loss_prime(self, X, y):
        res = self(X) - y
        dw = np.mean(res[:, None] * X, axis=0)
        dw += self.l1 * np.sign(self.w)
        dw += self.l2 * self.w
        db = np.mean(res)
        return dw, db


class Ridge(ElasticNet):
    def __init__(self, p=4, l2=0.5):
        super().__init__(p, l1=0.0, l2=l2)


class Lasso(ElasticNet):
    def __init__(self, p=4, l1=0.1):
        super().__init__(p, l1=l1, l2=0.0)


if __name__ == '__main__':
    rng = np.random.default_rng(1)
    X = rng.normal(size=(50, 4))
    y = X[:, 0] * 3 + 0.1 * rng.normal(size=50)
    for model in (ElasticNet(), Ridge(), Lasso()):
        for i in range(300):
            dw, db = model.loss_prime(X, y)
            model.w = model.w - 0.1 * dw
            model.b = model.b - 0.1 * db
        print(type(model).__name__, np.round(model.w, 2), round(float(model.b), 2))
