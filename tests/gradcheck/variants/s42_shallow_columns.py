import numpy as np


class ShallowNet:
    """X: (features, m), Y: (outputs, m). Cross entropy with sigmoid outputs."""

    def __init__(self, n_x=4, n_h=5, n_y=2):
        np.random.seed(2)
        self.W1 = np.random.randn(n_h, n_x) * 0.5
        self.b1 = np.zeros((n_h, 1))
        self.W2 = np.random.randn(n_y, n_h) * 0.5
        self.b2 = np.zeros((n_y, 1))

    def forward(self, X):
        self.Z1 = np.dot(self.W1, X) + self.b1
        self.A1 = np.maximum(self.Z1, 0)
        self.Z2 = np.dot(self.W2, self.A1) + self.b2
        self.A2 = 1 / (1 + np.exp(-self.Z2))
        return self.A2

    def cost(self, Y):
        m = Y.shape[1]
        logprobs = Y * np.log(self.A2) + (1 - Y) * np.log(1 - self.A2)
        return -np.sum(logprobs) / m

    def backward(self, X, Y):
        m = X.shape[1]
        dZ2 = self.A2 - Y
        dW2 = np.dot(dZ2, self.A1.T) / m
        db2 = np.sum(dZ2, axis=1, keepdims=True) / m
        dZ1 = np.dot(self.W2.T, dZ2) * (self.Z1 > 0)
        dW1 = np.dot(dZ1, X.T) / m
        db1 = np.sum(dZ1, keepdims=True) / m
        return dW1, db1, dW2, db2

    def update(self, grads, learning_rate=0.1):
        dW1, db1, dW2, db2 = grads
        self.W1 = self.W1 - learning_rate * dW1
        self.b1 = self.b1 - learning_rate * db1
        self.W2 = self.W2 - learning_rate * dW2
        self.b2 = self.b2 - learning_rate * db2


if __name__ == "__main__":
    X = np.random.RandomState(1).randn(4, 200)
    Y = np.stack([X[0] * X[1] > 0, X[2] > X[3]]).astype(float)
    net = ShallowNet(n_h=10)
    for i in range(401):
        net.forward(X)
        net.update(net.backward(X, Y))
        if i % 100 == 0:
            print("Cost after iteration %i: %f" % (i, net.cost(Y)))
