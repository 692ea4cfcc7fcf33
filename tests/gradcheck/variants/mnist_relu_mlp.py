import numpy as np

# "MNIST from scratch" style; here with tiny numbers


class NeuralNetwork:
    def __init__(self, sizes=(6, 5, 3)):
        np.random.seed(10)
        self.sizes = sizes
        self.W1 = np.random.randn(sizes[1], sizes[0]) * 0.7
        self.b1 = np.random.randn(sizes[1], 1) * 0.1
        self.W2 = np.random.randn(sizes[2], sizes[1]) * 0.7
        self.b2 = np.random.randn(sizes[2], 1) * 0.1

    def ReLU(self, Z):
        return np.maximum(Z, 0)

    def softmax(self, Z):
        A = np.exp(Z - Z.max(axis=0))
        return A / A.sum(axis=0)

    def one_hot(self, Y):
        h = np.zeros((self.sizes[2], Y.size))
        h[Y, np.arange(Y.size)] = 1
        return h

    def forward_prop(self, X):
        self.Z1 = self.W1.dot(X) + self.b1
        self.A1 = self.ReLU(self.Z1)
        self.Z2 = self.W2.dot(self.A1) + self.b2
        self.A2 = self.softmax(self.Z2)
        return self.A2

    def get_loss(self, X, Y):
        A2 = self.forward_prop(X)
        return -np.log(A2[Y, np.arange(Y.size)]).mean()

    def back_prop(self, X, Y):
        m = Y.size
        dZ2 = self.A2 - self.one_hot(Y)
        dW2 = 1 / m * dZ2.dot(self.A1.T)
        db2 = 1 / m * dZ2.sum(axis=1, keepdims=True)
        dZ1 = self.W2.T.dot(dZ2)
        dZ1[self.Z1 > 0] = 0
        dW1 = 1 / m * dZ1.dot(X.T)
        db1 = 1 / m * dZ1.sum(axis=1, keepdims=True)
        return dW1, db1, dW2, db2


if __name__ == '__main__':
    X = np.random.rand(6, 40)
    Y = X[:3].argmax(axis=0)
    net = NeuralNetwork()
    for i in range(100):
        net.forward_prop(X)
        dW1, db1, dW2, db2 = net.back_prop(X, Y)
        net.W1 -= .1 * dW1; net.b1 -= .1 * db1
        net.W2 -= .1 * dW2; net.b2 -= .1 * db2
        if i % 20 == 0:
            print("Iteration:", i, "loss", net.get_loss(X, Y))
