# Programming assignment, 3-layer network with L2 regularization
import numpy as np


def initialize_parameters(layers_dims):
    rng = np.random.RandomState(3)
    parameters = {}
    for l in range(1, len(layers_dims)):
        parameters["W" + str(l)] = rng.randn(layers_dims[l], layers_dims[l - 1]) / np.sqrt(layers_dims[l - 1])
        parameters["b" + str(l)] = np.zeros((layers_dims[l], 1))
    return parameters


def leaky_relu(Z):
    return np.where(Z > 0, Z, 0.01 * Z)


def forward_propagation(X, parameters):
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]
    W3, b3 = parameters["W3"], parameters["b3"]
    Z1 = np.dot(W1, X) + b1
    A1 = leaky_relu(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = leaky_relu(Z2)
    Z3 = np.dot(W3, A2) + b3
    A3 = 1 / (1 + np.exp(-Z3))
    return A3, (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)


def compute_cost(A3, Y, parameters, lambd):
    m = Y.shape[1]
    cross_entropy = -(np.dot(Y, np.log(A3).T) + np.dot(1 - Y, np.log(1 - A3).T)) / m
    l2 = sum(np.sum(np.square(parameters["W" + str(l)])) for l in (1, 2, 3)) * lambd / (2 * m)
    return float(np.squeeze(cross_entropy)) + l2


def backward_propagation(X, Y, cache, lambd):
    m = X.shape[1]
    (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3) = cache
    dZ3 = A3 - Y
    dW3 = 1. / m * np.dot(dZ3, A2.T) + lambd / m * W3
    db3 = 1. / m * np.sum(dZ3, axis=1, keepdims=True)
    dA2 = np.dot(W3.T, dZ3)
    dZ2 = np.where(Z2 > 0, dA2, 0.01 * dA2)
    dW2 = 1. / m * np.dot(dZ2, A1.T) + lambd / m * W2
    db2 = 1. / m * np.sum(dZ2, axis=1, keepdims=True)
    dA1 = np.dot(W2.T, dZ2)
    dZ1 = np.where(Z1 > 0, dA1, 0.01 * dA1)
    dW1 = 1. / m * np.dot(dZ1, X.T) + lambd / m * W1
    db1 = 1. / m * np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2, "dW3": dW3, "db3": db3}


def model(X, Y, learning_rate=0.3, num_iterations=300, lambd=0.7):
    parameters = initialize_parameters([X.shape[0], 8, 4, 1])
    costs = []
    for i in range(num_iterations):
        A3, cache = forward_propagation(X, parameters)
        costs.append(compute_cost(A3, Y, parameters, lambd))
        grads = backward_propagation(X, Y, cache, lambd)
        for key in parameters:
            parameters[key] = parameters[key] - learning_rate * grads["d" + key]
    return parameters, costs


if __name__ == "__main__":
    X = np.random.RandomState(0).randn(2, 200)
    Y = (np.sum(X ** 2, axis=0, keepdims=True) > 1.5).astype(float)
    parameters, costs = model(X, Y)
    print("cost %.4f -> %.4f" % (costs[0], costs[-1]))
