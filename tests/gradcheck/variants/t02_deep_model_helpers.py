import numpy as np

np.random.seed(1)


def initialize_parameters(layer_dims):
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters["W" + str(l)] = np.random.randn(layer_dims[l], layer_dims[l - 1]) / np.sqrt(layer_dims[l - 1])
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters


def activate(Z, kind):
    if kind == "relu":
        return np.maximum(0, Z)
    return 1 / (1 + np.exp(-Z))


def model_forward(X, parameters):
    """X -- shape (n_x, m). Returns AL and the list of caches"""
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L + 1):
        A_prev = A
        W, b = parameters["W" + str(l)], parameters["b" + str(l)]
        Z = W @ A_prev + b
        A = activate(Z, "sigmoid" if l == L else "relu")
        caches.append((A_prev, W, b, Z))
    return A, caches


def compute_cost(AL, Y):
    m = Y.shape[1]
    cost = -(np.dot(Y, np.log(AL).T) + np.dot(1 - Y, np.log(1 - AL).T)) / m
    return float(np.squeeze(cost))


def one_layer_backward(dA, cache, kind):
    A_prev, W, b, Z = cache
    m = A_prev.shape[1]
    if kind == "relu":
        dZ = np.array(dA, copy=True)
        dZ[Z <= 0] = 0
    else:
        s = 1 / (1 + np.exp(-Z))
        dZ = dA * s * (1 - s)
    dW = dZ @ A_prev.T / m
    db = np.sum(dZ, axis=1, keepdims=True) / m
    return W.T @ dZ, dW, db


def model_backward(AL, Y, caches):
    grads = {}
    L = len(caches)
    dA = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    for l in reversed(range(L)):
        dA, dW, db = one_layer_backward(dA, caches[l], "sigmoid" if l == L - 1 else "relu")
        grads["dA" + str(l)] = dA
        grads["dW" + str(l + 1)] = dW
        grads["db" + str(l + 1)] = db
    return grads


def update_parameters(parameters, grads, learning_rate):
    for key in parameters:
        parameters[key] = parameters[key] - learning_rate * grads["d" + key]
    return parameters


if __name__ == "__main__":
    X = np.random.randn(12, 30)
    Y = (X[:1] * X[1:2] > 0).astype(float)
    parameters = initialize_parameters([12, 7, 5, 1])
    for i in range(300):
        AL, caches = model_forward(X, parameters)
        grads = model_backward(AL, Y, caches)
        parameters = update_parameters(parameters, grads, 0.1)
        if i % 100 == 0:
            print("Cost after iteration %i: %f" % (i, compute_cost(AL, Y)))
