import numpy as np


class Layer:
    trainable = False

    def forward(self, x):
        raise NotImplementedError

    def backward(self, grad):
        raise NotImplementedError


class FullyConnected(Layer):
    trainable = True

    def __init__(self, fan_in, fan_out):
        self.w = np.random.normal(scale=fan_in ** -0.5, size=(fan_in, fan_out))
        self.b = np.zeros((1, fan_out))

    def forward(self, x):
        self.x = x
        return np.matmul(x, self.w) + self.b

    def backward(self, grad):
        self.grad_w = np.matmul(self.x.T, grad)
        self.grad_b = np.sum(grad, axis=0, keepdims=True)
        return np.matmul(grad, self.w.T)


class Sigmoid(Layer):
    def forward(self, x):
        self.s = 1.0 / (1.0 + np.exp(-x))
        return self.s

    def backward(self, grad):
        return grad * self.s * (1.0 - self.s)


class BCELoss:
    def forward(self, p, y):
        self.p, self.y = p, y
        return float(np.mean(-(y * np.log(p) + (1 - y) * np.log(1 - p))))

    def backward(self):
        return (self.p - self.y) / self.y.size


class ChurnModel:
    """Probability that a customer leaves."""

    def __init__(self, n_features=5, n_hidden=7):
        self.layers = [FullyConnected(n_features, n_hidden), Sigmoid(), FullyConnected(n_hidden, 1), Sigmoid()]
        self.criterion = BCELoss()

    def forward(self, x, y):
        for layer in self.layers:
            x = layer.forward(x)
        return self.criterion.forward(x, y)

    def backward(self):
        grad = self.criterion.backward()
        for layer in self.layers[::-1]:
            grad = layer.backward(grad)
        return grad

    def step(self, lr=1.0):
        for layer in filter(lambda l: l.trainable, self.layers):
            layer.w -= lr * layer.grad_w
            layer.b -= lr * layer.grad_b


if __name__ == "__main__":
    np.random.seed(0)
    x = np.random.randn(120, 5)
    y = (x[:, :1] + 0.5 * x[:, 1:2] ** 2 > 0.4).astype(float)
    model = ChurnModel()
    for epoch in range(301):
        loss = model.forward(x, y)
        model.backward()
        model.step()
        if epoch % 100 == 0:
            print(epoch, round(loss, 4))
