# Machine learning course, practice lab: will the student be admitted?
import math

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def compute_cost_reg(X, y, w, b, lambda_=1):
    """
    X : (ndarray (m,n)) data, y : (ndarray (m,)) 0 or 1, w : (ndarray (n,)), b : scalar
    """
    m, n = X.shape
    cost = 0.0
    for i in range(m):
        f = sigmoid(np.dot(X[i], w) + b)
        cost += -y[i] * np.log(f) - (1 - y[i]) * np.log(1 - f)
    cost = cost / m
    reg_cost = 0.0
    for j in range(n):
        reg_cost += w[j] ** 2
    return cost + (lambda_ / (2 * m)) * reg_cost


def compute_gradient_reg(X, y, w, b, lambda_=1):
    m, n = X.shape
    dj_dw = np.zeros(w.shape)
    dj_db = 0.0
    for i in range(m):
        err = sigmoid(np.dot(X[i], w) + b) - y[i]
        for j in range(n):
            dj_dw[j] += err * X[i, j]
        dj_db += err
    dj_dw = dj_dw / m
    dj_db = dj_db / m
    for j in range(n):
        dj_dw[j] += lambda_ * w[j]
    return dj_db, dj_dw


def gradient_descent(X, y, w, b, alpha, num_iters, lambda_):
    for i in range(num_iters):
        dj_db, dj_dw = compute_gradient_reg(X, y, w, b, lambda_)
        w = w - alpha * dj_dw
        b = b - alpha * dj_db
        if i % math.ceil(num_iters / 5) == 0:
            print(f"Iteration {i:4}: Cost {float(compute_cost_reg(X, y, w, b, lambda_)):8.4f}")
    return w, b


if __name__ == "__main__":
    X = np.random.rand(25, 2) * 2 - 1
    y = (X.sum(1) > 0).astype(int)
    gradient_descent(X, y, np.zeros(2), 0.0, 0.3, 50, 0.1)
