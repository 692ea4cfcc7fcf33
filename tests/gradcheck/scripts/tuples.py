import numpy as np
import pandas as pd

data = np.array(pd.read_csv("digits.csv"))
m, n = data.shape
np.random.shuffle(data)
data_train = data[1000:m].T
Y_train = data_train[0]
X_train = data_train[1:n] / 255.

def init_params():
    W1 = np.random.rand(6, 12) - 0.5
    b1 = np.random.rand(6, 1) - 0.5
    W2 = np.random.rand(4, 6) - 0.5
    b2 = np.random.rand(4, 1) - 0.5
    return W1, b1, W2, b2

def forward_prop(W1, b1, W2, b2, X):
    Z1 = W1.dot(X) + b1
    A1 = np.maximum(Z1, 0)
    Z2 = W2.dot(A1) + b2
    A2 = np.exp(Z2) / sum(np.exp(Z2))
    return Z1, A1, Z2, A2

def one_hot(Y):
    out = np.zeros((Y.size, 4))
    out[np.arange(Y.size), Y] = 1
    return out.T

def back_prop(Z1, A1, Z2, A2, W1, W2, X, Y):
    k = Y.size
    dZ2 = A2 - one_hot(Y)
    dW2 = 1 / k * dZ2.dot(A1.T)
    db2 = 1 / k * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = W2.T.dot(dZ2) * (Z1 > 0)
    dW1 = 1 / k * dZ1.dot(X.T)
    db1 = 1 / k * np.sum(dZ1, axis=1, keepdims=True)
    return dW1, db1, dW2, db2

def update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha):
    return W1 - alpha * dW1, b1 - alpha * db1, W2 - alpha * dW2, b2 - alpha * db2

def gradient_descent(X, Y, alpha, iterations):
    W1, b1, W2, b2 = init_params()
    for i in range(iterations):
        Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, X)
        dW1, db1, dW2, db2 = back_prop(Z1, A1, Z2, A2, W1, W2, X, Y)
        W1, b1, W2, b2 = update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha)
        if i % 10 == 0:
            print("Iteration", i, (np.argmax(A2, 0) == Y).sum() / Y.size)
    return W1, b1, W2, b2

W1, b1, W2, b2 = gradient_descent(X_train, Y_train, 0.10, 500)
