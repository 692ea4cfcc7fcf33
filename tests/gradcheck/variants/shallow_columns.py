import numpy as np

# Week 3 assignment: one hidden layer, examples are COLUMNS
#   X: (n_x, m)    Y: (1, m)


def sigmoid(z):
    return 1. / (1. + np.exp(-z))


class ShallowNet:
    def __init__(self, n_x=2, n_h=4, n_y=1):
        np.random.seed(2)
        self.params = {
            "W1": np.random.randn(n_h, n_x) * 0.8,
            "b1": np.zeros((n_h, 1)),
            "W2": np.random.randn(n_y, n_h) * 0.8,
            "b2": np.zeros((n_y, 1)),
        }

    def forward_propagation(self, X):
        p = self.params
        Z1 = np.dot(p["W1"], X) + p["b1"]
        A1 = np.tanh(Z1)
        Z2 = np.dot(p["W2"], A1) + p["b2"]
        A2 = sigmoid(Z2)
        self.cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}
        return A2

    def compute_cost(self, X, Y):
        m = Y.shape[1]
        A2 = self.forward_propagation(X)
        logprobs = Y * np.log(A2) + (1 - Y) * np.log(1 - A2)
        return float(-np.sum(logprobs) / m)

    def backward_propagation(self, X, Y):
        m = X.shape[1]
        A1, A2 = self.cache["A1"], self.cache["A2"]
        W2 = self.params["W2"]
        dZ2 = A2 - Y
        dW2 = np.dot(dZ2, A1.T) / m
        db2 = np.sum(dZ2, axis=1, keepdims=True) / m
        dZ1 = np.dot(W2.T, dZ2) * (1 - np.power(A1, 2))
        dW1 = np.dot(dZ1, X.T) / m
        db1 = np.sum(dZ1, axis=0, keepdims=True) / m
        return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


if __name__ == '__main__':
    X = np.random.randn(2, 6)
    Y = (X[:1] > 0) * 1.0
    net = ShallowNet()
    print("cost", net.compute_cost(X, Y))
    grads = net.backward_propagation(X, Y)
    print({k: v.shape for k, v in grads.items()})
