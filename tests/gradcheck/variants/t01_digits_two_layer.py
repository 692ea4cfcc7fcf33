# Handwritten digits, no TensorFlow, no PyTorch. 784 -> 64 -> 10
import numpy as np


def init(n_in=784, n_hidden=64, n_out=10):
    W1 = np.random.randn(n_hidden, n_in) * np.sqrt(2 / n_in)
    b1 = np.zeros((n_hidden, 1))
    W2 = np.random.randn(n_out, n_hidden) * np.sqrt(2 / n_hidden)
    b2 = np.zeros((n_out, 1))
    return W1, b1, W2, b2


def relu(Z):
    return np.maximum(0, Z)


def softmax(Z):
    e = np.exp(Z - Z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


def forward_pass(W1, b1, W2, b2, X):
    Z1 = W1.dot(X) + b1
    A1 = relu(Z1)
    Z2 = W2.dot(A1) + b2
    A2 = softmax(Z2)
    return Z1, A1, Z2, A2


def cross_entropy(A2, Y):
    # Y is one hot, one column per picture
    return -np.mean(np.sum(Y * np.log(A2 + 1e-12), axis=0))


def backward_pass(Z1, A1, Z2, A2, W2, X, Y):
    m = X.shape[1]
    dZ2 = A2 - Y
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = W2.T.dot(dZ2) * (Z1 > 0)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = np.sum(dZ1, axis=1, keepdims=True)
    return dW1, db1, dW2, db2


def train(X, Y, alpha=0.1, iterations=200):
    W1, b1, W2, b2 = init(X.shape[0])
    for i in range(iterations):
        Z1, A1, Z2, A2 = forward_pass(W1, b1, W2, b2, X)
        dW1, db1, dW2, db2 = backward_pass(Z1, A1, Z2, A2, W2, X, Y)
        W1 -= alpha * dW1
        b1 -= alpha * db1
        W2 -= alpha * dW2
        b2 -= alpha * db2
        if i % 50 == 0:
            print(i, cross_entropy(A2, Y), np.mean(A2.argmax(0) == Y.argmax(0)))
    return W1, b1, W2, b2


if __name__ == "__main__":
    X = np.random.rand(784, 40)
    Y = np.eye(10)[np.random.randint(0, 10, 40)].T
    train(X, Y)
