import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def train_logistic(features, targets, learning_rate=0.01, epochs=1000):
    n_samples, n_features = features.shape
    w = np.zeros(n_features)
    b = 0.0
    history = []
    for epoch in range(epochs):
        p = sigmoid(np.dot(features, w) + b)
        cost = -np.mean(targets * np.log(p) + (1 - targets) * np.log(1 - p))
        history.append(cost)
        dw = np.dot(features.T, p - targets) / n_samples
        db = np.sum(p - targets) / n_samples
        w = w - learning_rate * dw
        b = b - learning_rate * db
    return w, b, history
