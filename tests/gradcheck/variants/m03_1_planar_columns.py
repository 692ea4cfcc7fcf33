import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class NeuralNetwork:
    def __init__(self, n_x=2, n_h=4, n_y=1):
        self.parameters = {"W1": np.random.randn(n_h, n_x) * 0.5,
                           "b1": np.zeros((n_h, 1)),
                           "W2": np.random.randn(n_y, n_h) * 0.5,
                           "b2": np.zeros((n_y, 1))}
        self.cache = {}

    def forward_propagation(self, X):
        p = self.parameters
        Z1 = np.dot(p["W1"], X) + p["b1"]
        A1 = np.tanh(Z1)
        Z2 = np.dot(p["W2"], A1) + p["b2"]
        A2 = sigmoid(Z2)
        assert A2.shape == (1, X.shape[1])
        self.cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}
        return A2

    def compute_cost(self, A2, Y):
        m = Y.shape[1]
        logprobs = np.multiply(np.log(A2), Y) + np.multiply(np.log(1 - A2), 1 - Y)
        return float(np.squeeze(-np.sum(logprobs) / m))

    def backward_propagation(self, X, Y):
        m = X.shape[1]
        A1, A2 = self.cache["A1"], self.cache["A2"]
        dZ2 = A2 - Y
        dW2 = 1 / m * np.dot(dZ2, A1.T)
        db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
        dZ1 = np.multiply(np.dot(self.parameters["W2"].T, dZ2), 1 - np.power(A1, 2))
        dW1 = 1 / m * np.dot(dZ1, X.T)
        db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
        return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
