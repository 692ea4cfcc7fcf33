import numpy as np


class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * np.sqrt(2.0 / n_in)
        self.b = np.zeros((1, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        self.dW = self.x.T @ grad
        self.db = grad.sum(axis=0, keepdims=True)
        return grad @ self.W.T


class ReLU:
    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, 0)

    def backward(self, grad):
        return np.where(self.x > 0, grad, 0)


class Sigmoid:
    def forward(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out

    def backward(self, grad):
        return grad * self.out * (1 - self.out)


class BinaryCrossentropy:
    def __call__(self, y, p):
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def gradient(self, y, p):
        return (p - y) / y.size


class Classifier:
    """ Dense - ReLU - Dense - Sigmoid, trained with binary cross-entropy """

    def __init__(self, n_in, n_hidden):
        self.layers = [Dense(n_in, n_hidden), ReLU(), Dense(n_hidden, 1), Sigmoid()]
        self.criterion = BinaryCrossentropy()

    def predict_proba(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def loss(self, x, y):
        return self.criterion(y, self.predict_proba(x))

    def backward(self, x, y):
        p = self.predict_proba(x)
        grad = self.criterion.gradient(y, p)
        for layer in self.layers[::-1]:
            grad = layer.backward(grad)
        return grad

    def fit(self, x, y, epochs=100, lr=0.1):
        for epoch in range(epochs):
            self.backward(x, y)
            for layer in self.layers:
                if hasattr(layer, 'W'):
                    layer.W -= lr * layer.dW
                    layer.b -= lr * layer.db
        return self


if __name__ == '__main__':
    np.random.seed(3)
    x = np.random.randn(200, 2)
    y = (x[:, :1] ** 2 + x[:, 1:] ** 2 > 1.2).astype(float)
    clf = Classifier(2, 16).fit(x, y, 500)
    print('loss', clf.loss(x, y))
