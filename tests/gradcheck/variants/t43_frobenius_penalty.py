# Regularization exercise: keep the goalkeeper's map from overfitting
import numpy as np


def initialize_parameters(dims=(2, 6, 4, 1)):
    np.random.seed(3)
    parameters = {}
    for l in range(1, len(dims)):
        parameters[f"W{l}"] = np.random.randn(dims[l], dims[l - 1]) / np.sqrt(dims[l - 1])
        parameters[f"b{l}"] = np.zeros((dims[l], 1))
    return parameters


def forward_propagation(X, parameters):
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]
    W3, b3 = parameters["W3"], parameters["b3"]
    Z1 = W1 @ X + b1
    A1 = np.maximum(0, Z1)
    Z2 = W2 @ A1 + b2
    A2 = np.maximum(0, Z2)
    Z3 = W3 @ A2 + b3
    A3 = 1 / (1 + np.exp(-Z3))
    return A3, (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)


def compute_cost_with_regularization(A3, Y, parameters, lambd=0.7):
    m = Y.shape[1]
    cross_entropy_cost = np.sum(-np.log(A3) * Y - np.log(1 - A3) * (1 - Y)) / m
    L2 = sum(np.sum(np.square(parameters[f"W{l}"])) for l in (1, 2, 3))
    return cross_entropy_cost + lambd / (2 * m) * L2


def backward_propagation_with_regularization(X, Y, cache, lambd=0.7):
    m = X.shape[1]
    (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3) = cache

    dZ3 = A3 - Y
    dW3 = 1. / m * dZ3 @ A2.T + lambd / m * W3
    db3 = 1. / m * np.sum(dZ3, axis=1, keepdims=True)
    dA2 = W3.T @ dZ3
    dZ2 = dA2 * np.int64(A2 > 0)
    dW2 = 1. / m * dZ2 @ A1.T + lambd / m * W2
    db2 = 1. / m * np.sum(dZ2, axis=1, keepdims=True)
    dA1 = W2.T @ dZ2
    dZ1 = dA1 * np.int64(A1 > 0)
    dW1 = 1. / m * dZ1 @ X.T + lambd / m * W1
    db1 = 1. / m * np.sum(dZ1, axis=1, keepdims=True)
    return {"dW3": dW3, "db3": db3, "dW2": dW2, "db2": db2, "dW1": dW1, "db1": db1}


def model(X, Y, learning_rate=0.3, num_iterations=300, lambd=0.1):
    parameters = initialize_parameters()
    for i in range(num_iterations):
        A3, cache = forward_propagation(X, parameters)
        grads = backward_propagation_with_regularization(X, Y, cache, lambd)
        for k in parameters:
            parameters[k] = parameters[k] - learning_rate * grads["d" + k]
        if i % 100 == 0:
            print("Cost after iteration {}: {}".format(i, compute_cost_with_regularization(A3, Y, parameters, lambd)))
    return parameters


if __name__ == "__main__":
    X = np.random.RandomState(0).randn(2, 80)
    Y = (X[:1] ** 2 + X[1:] ** 2 < 1).astype(int)
    model(X, Y)
