# Generator update of a GAN whose discriminator is a fixed logistic regression
import numpy as np


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


class Generator:
    def __init__(self, z_dim, hidden_dim, out_dim):
        self.W1 = np.random.randn(hidden_dim, z_dim) * 0.3
        self.b1 = np.zeros((hidden_dim, 1))
        self.W2 = np.random.randn(out_dim, hidden_dim) * 0.3
        self.b2 = np.zeros((out_dim, 1))

    def forward(self, z):
        self.z = z
        self.a1 = self.W1 @ z + self.b1
        self.h1 = np.maximum(0.1 * self.a1, self.a1)
        self.x = np.tanh(self.W2 @ self.h1 + self.b2)
        return self.x

    def backward(self, dx):
        da2 = dx * (1 - self.x ** 2)
        self.dW2 = da2 @ self.h1.T
        self.db2 = da2.sum(axis=1, keepdims=True)
        dh1 = self.W2.T @ da2
        da1 = np.where(self.a1 > 0, dh1, 0.1 * dh1)
        self.dW1 = da1 @ self.z.T
        self.db1 = da1.sum(axis=1, keepdims=True)
        return self.W1.T @ da1

    def step(self, lr):
        self.W1 -= lr * self.dW1
        self.b1 -= lr * self.db1
        self.W2 -= lr * self.dW2
        self.b2 -= lr * self.db2


class GeneratorTrainer:
    def __init__(self, z_dim=3, hidden_dim=6, out_dim=4):
        self.generator = Generator(z_dim, hidden_dim, out_dim)
        self.v = np.random.randn(1, out_dim)      # discriminator weights
        self.v0 = 0.1

    def loss(self, z):
        """ G maximises log D(G(z)) """
        d_fake = sigmoid(self.v @ self.generator.forward(z) + self.v0)
        return -np.mean(np.log(d_fake))

    def backward(self, z):
        m = z.shape[1]
        x = self.generator.forward(z)
        d_fake = sigmoid(self.v @ x + self.v0)
        dlogits = -d_fake / m
        dx = self.v.T @ dlogits
        return self.generator.backward(dx)


if __name__ == "__main__":
    trainer = GeneratorTrainer()
    z = np.random.randn(3, 64)
    for i in range(100):
        trainer.backward(z)
        trainer.generator.step(0.1)
        if i % 20 == 0:
            print(i, trainer.loss(z))
