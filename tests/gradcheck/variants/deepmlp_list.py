# deep mlp, all hidden layers have the same width
# (regression, half squared error averaged over the batch)
import numpy as np

np.random.seed(3)


class DeepMLP(object):

    def __init__(self, width=5, depth=3):
        self.width = width
        self.weights = [np.random.randn(width, width) * 0.6 for _ in range(depth)]
        self.biases = [np.random.randn(width) * 0.1 for _ in range(depth)]

    @property
    def n_layers(self):
        return len(self.weights)

    def predict(self, X):
        self.acts = [X]
        for i in range(self.n_layers):
            z = self.acts[-1] @ self.weights[i] + self.biases[i]
            if i < self.n_layers - 1:
                z = np.tanh(z)
            self.acts.append(z)
        return self.acts[-1]

    def loss(self, X, Y):
        out = self.predict(X)
        return 0.5 * np.sum((out - Y) ** 2) / X.shape[0]

    def backprop(self, X, Y):
        """returns (list of dW, list of db)"""
        out = self.predict(X)
        gW = [None] * self.n_layers
        gb = [None] * self.n_layers
        delta = (out - Y) / X.shape[0]
        for i in range(self.n_layers - 1, -1, -1):
            gW[i] = self.acts[i].T @ delta
            gb[i] = delta.sum(axis=0)
            if i > 0:
                back = delta @ self.weights[i]
                delta = back * (1 - self.acts[i] ** 2)
        return gW, gb


if __name__ == "__main__":
    net = DeepMLP()
    X = np.random.randn(20, 5)
    Y = np.sin(X)
    for epoch in range(200):
        gW, gb = net.backprop(X, Y)
        for W, b, dW, db in zip(net.weights, net.biases, gW, gb):
            W -= 0.1 * dW
            b -= 0.1 * db
        if epoch % 50 == 0:
            print(epoch, net.loss(X, Y))
