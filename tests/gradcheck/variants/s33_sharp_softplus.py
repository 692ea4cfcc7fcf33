import numpy as np


class SharpSoftplus:
    """f(z) = log(1 + exp(beta z)) / beta, beta is learned along with the weights"""

    def __init__(self, beta=1.5):
        self.beta = beta
        self.beta_grad = None

    def forward(self, z):
        self.z = z
        bz = self.beta * z
        self.soft = np.maximum(bz, 0) + np.log1p(np.exp(-np.abs(bz)))
        self.sig = 1 / (1 + np.exp(-bz))
        return self.soft / self.beta

    def backward(self, grad):
        self.beta_grad = np.sum(grad * self.z * self.sig) / self.beta
        return grad * self.sig

    def update(self, lr):
        self.beta = max(self.beta - lr * self.beta_grad, 0.1)


class Linear:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) / np.sqrt(n_in)
        self.W_grad = None

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, grad):
        self.W_grad = self.x.T @ grad
        return grad @ self.W.T

    def update(self, lr):
        self.W -= lr * self.W_grad


if __name__ == "__main__":
    np.random.seed(5)
    x = np.c_[np.random.randn(60, 2), np.ones(60)]
    y = np.abs(x[:, :1])
    layers = [Linear(3, 8), SharpSoftplus(), Linear(8, 1)]
    for i in range(200):
        a = x
        for layer in layers:
            a = layer.forward(a)
        g = 2 * (a - y) / len(y)
        for layer in layers[::-1]:
            g = layer.backward(g)
        for layer in layers:
            layer.update(0.05)
    print("mse", np.mean((a - y) ** 2), "beta", layers[1].beta)
