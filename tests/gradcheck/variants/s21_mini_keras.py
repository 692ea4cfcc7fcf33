import numpy as np


class Dense:
    def __init__(self, units, input_dim):
        self.kernel = np.random.randn(input_dim, units) * np.sqrt(2. / input_dim)
        self.bias = np.zeros(units)

    def call(self, inputs):
        self.inputs = inputs
        return inputs @ self.kernel + self.bias

    def backprop(self, grad):
        self.kernel_grad = self.inputs.T @ grad
        self.bias_grad = grad.sum(axis=0)
        return grad @ self.kernel.T


class Tanh:
    def call(self, inputs):
        self.out = np.tanh(inputs)
        return self.out

    def backprop(self, grad):
        return grad * (1 - self.out ** 2)


class Sigmoid:
    """Output activation, use together with BinaryCrossentropy (which has the derivative with respect to the logits)"""

    def call(self, inputs):
        return 1 / (1 + np.exp(-inputs))

    def backprop(self, grad):
        return grad


class BinaryCrossentropy:
    def __call__(self, y_true, y_pred):
        y_pred = np.clip(y_pred, 1e-7, 1 - 1e-7)
        return -np.mean(np.sum(y_true * np.log(y_pred) + (1 - y_true) * np.log(1 - y_pred), axis=1))

    def gradient(self, y_true, y_pred):
        return (y_pred - y_true) / len(y_true)


class Sequential:
    def __init__(self, layers, loss):
        self.layers, self.loss = layers, loss

    def predict(self, x):
        for layer in self.layers:
            x = layer.call(x)
        return x

    def fit(self, x, y, epochs=10, lr=0.1):
        for _ in range(epochs):
            pred = self.predict(x)
            grad = self.loss.gradient(y, pred)
            for layer in reversed(self.layers):
                grad = layer.backprop(grad)
            for layer in self.layers:
                if hasattr(layer, "kernel"):
                    layer.kernel -= lr * layer.kernel_grad
                    layer.bias -= lr * layer.bias_grad
        return self.loss(y, self.predict(x))


def build_model(input_dim=2, hidden=8):
    return Sequential([Dense(hidden, input_dim), Tanh(), Dense(1, hidden), Sigmoid()], BinaryCrossentropy())


if __name__ == "__main__":
    np.random.seed(1)
    x = np.random.randn(100, 2)
    y = (x[:, :1] * x[:, 1:] > 0).astype(float)
    model = build_model()
    for i in range(4):
        print("loss", model.fit(x, y, epochs=200, lr=0.5))
