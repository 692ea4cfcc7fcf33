import numpy as np


class ThreeLayerRegressor:
    def __init__(self, input_dim=3, h1=6, h2=4, output_dim=2):
        self.W1 = np.random.randn(input_dim, h1) * np.sqrt(2 / input_dim)
        self.b1 = np.zeros((1, h1))
        self.W2 = np.random.randn(h1, h2) * np.sqrt(2 / h1)
        self.b2 = np.zeros((1, h2))
        self.W3 = np.random.randn(h2, output_dim) * np.sqrt(2 / h2)
        self.b3 = np.zeros((1, output_dim))

    def softsign(self, z):
        return z / (1 + np.abs(z))

    def softsign_derivative(self, z):
        return 1 / (1 + np.abs(z)) ** 2

    def forward(self, X):
        self.Z1 = np.dot(X, self.W1) + self.b1
        self.A1 = self.softsign(self.Z1)
        self.Z2 = np.dot(self.A1, self.W2) + self.b2
        self.A2 = self.softsign(self.Z2)
        self.output = np.dot(self.A2, self.W3) + self.b3
        return self.output

    def compute_loss(self, y_true):
        return np.mean((self.output - y_true) ** 2)

    def backward(self, X, y_true):
        dOut = 2 * (self.output - y_true) / y_true.size
        self.dW3 = np.dot(self.A2.T, dOut)
        self.db3 = np.sum(dOut, axis=0)
        dZ2 = np.dot(dOut, self.W3.T) * self.softsign_derivative(self.Z2)
        self.dW2 = np.dot(self.A1.T, dZ2)
        self.db2 = np.sum(dZ2, axis=0)
        dZ1 = np.dot(dZ2, self.W2.T) * self.softsign_derivative(self.Z1)
        self.dW1 = np.dot(X.T, dZ1)
        self.db1 = np.sum(dZ1, axis=0)

    def train(self, X, y, learning_rate=0.1, iterations=200):
        for i in range(iterations):
            self.forward(X)
            self.backward(X, y)
            self.W1 -= learning_rate * self.dW1
            self.b1 -= learning_rate * self.db1
            self.W2 -= learning_rate * self.dW2
            self.b2 -= learning_rate * self.db2
            self.W3 -= learning_rate * self.dW3
            self.b3 -= learning_rate * self.db3
            if i % 50 == 0:
                print(f"Iteration {i}, Loss: {self.compute_loss(y):.5f}")


if __name__ == "__main__":
    np.random.seed(42)
    X = np.random.randn(100, 3)
    y = np.column_stack([X[:, 0] * 0.5 + X[:, 1], np.sin(X[:, 2])])
    ThreeLayerRegressor().train(X, y)
