#!/usr/bin/env python
# coding: utf-8

# # MNIST without frameworks
# exported from the notebook

# In[1]:

import numpy as np
np.random.seed(138)

# In[2]: (stand-in pictures while the download is down)

n_x, digits, n_h = 49, 5, 16
m, m_test = 200, 40
proto = np.random.rand(n_x, digits)
labels = np.random.randint(digits, size=m + m_test)
X = proto[:, labels] + 0.3 * np.random.randn(n_x, m + m_test)
Y = np.eye(digits)[labels].T
X_train, X_test = X[:, :m], X[:, m:]
Y_train, Y_test = Y[:, :m], Y[:, m:]

# In[3]:

params = {"W1": np.random.randn(n_h, n_x) * np.sqrt(1. / n_x),
          "b1": np.zeros((n_h, 1)),
          "W2": np.random.randn(digits, n_h) * np.sqrt(1. / n_h),
          "b2": np.zeros((digits, 1))}
V = {"d" + k: np.zeros(v.shape) for k, v in params.items()}
learning_rate, beta, batch_size = 0.5, .9, 50

# In[4]:

def sigmoid(z):
    return 1. / (1. + np.exp(-z))

def compute_loss(Y, Y_hat):
    return -(1. / Y.shape[1]) * np.sum(np.multiply(Y, np.log(Y_hat)))

def feed_forward(X, params):
    cache = {}
    cache["Z1"] = np.matmul(params["W1"], X) + params["b1"]
    cache["A1"] = sigmoid(cache["Z1"])
    cache["Z2"] = np.matmul(params["W2"], cache["A1"]) + params["b2"]
    cache["A2"] = np.exp(cache["Z2"]) / np.sum(np.exp(cache["Z2"]), axis=0)
    return cache

def back_propagate(X, Y, params, cache):
    m_batch = X.shape[1]
    dZ2 = cache["A2"] - Y
    dW2 = (1. / m_batch) * np.matmul(dZ2, cache["A1"].T)
    db2 = (1. / m_batch) * np.sum(dZ2, axis=1, keepdims=True)
    dA1 = np.matmul(params["W2"].T, dZ2)
    dZ1 = dA1 * sigmoid(cache["Z1"]) * (1 - sigmoid(cache["Z1"]))
    dW1 = (1. / m_batch) * np.matmul(dZ1, X.T)
    db1 = (1. / m_batch) * np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}

# In[5]:

for i in range(9):
    permutation = np.random.permutation(m)
    X_shuffled, Y_shuffled = X_train[:, permutation], Y_train[:, permutation]
    for j in range(0, m, batch_size):
        X_b, Y_b = X_shuffled[:, j:j + batch_size], Y_shuffled[:, j:j + batch_size]
        cache = feed_forward(X_b, params)
        grads = back_propagate(X_b, Y_b, params, cache)
        for k in params:
            V["d" + k] = beta * V["d" + k] + (1. - beta) * grads["d" + k]
            params[k] = params[k] - learning_rate * V["d" + k]
    train_cost = compute_loss(Y_train, feed_forward(X_train, params)["A2"])
    test_cost = compute_loss(Y_test, feed_forward(X_test, params)["A2"])
    print("Epoch {}: training cost = {}, test cost = {}".format(i + 1, train_cost, test_cost))
