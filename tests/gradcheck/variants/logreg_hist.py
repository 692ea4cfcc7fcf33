import numpy as np

# logistic regression that remembers what it saw (for plotting later)


class LogisticRegressionGD:

    def __init__(self, dim=3):
        self.w = np.linspace(-1, 1, dim)
        self.c = 0.1
        self.inputs = []
        self.outputs = []

    def forward(self, X):
        p = 1.0 / (1.0 + np.exp(-(X @ self.w + self.c)))
        self.inputs.append(X)
        self.outputs.append(p)
        return p

    def nll(self, X, y):
        p = self.forward(X)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def backward(self, y):
        X = self.inputs[0]
        p = self.outputs[-1]
        residual = (p - y) / len(y)
        self.grad_w = X.T @ residual
        self.grad_c = residual.sum()
        return self.grad_w, self.grad_c

    def sgd(self, lr=0.1):
        self.w = self.w - lr * self.grad_w
        self.c = self.c - lr * self.grad_c


if __name__ == '__main__':
    np.random.seed(0)
    m = LogisticRegressionGD()
    for b in range(15):
        X = np.random.randn(8, 3)
        y = (X[:, 0] > 0).astype(float)
        print(b, round(m.nll(X, y), 4))
        m.backward(y)
        m.sgd()
