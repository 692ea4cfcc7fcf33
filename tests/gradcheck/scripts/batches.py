import numpy as np
from keras.datasets import mnist

class Classifier:
    def __init__(self, sizes):
        self.params = {}
        for i in range(1, len(sizes)):
            self.params["W%d" % i] = np.random.randn(sizes[i - 1], sizes[i]) * 0.1
            self.params["b%d" % i] = np.zeros((1, sizes[i]))

    def run(self, X):
        p = self.params
        z1 = X.dot(p["W1"]) + p["b1"]
        h = 1 / (1 + np.exp(-z1))
        z2 = h.dot(p["W2"]) + p["b2"]
        e = np.exp(z2)
        return e / e.sum(1, keepdims=True), (X, h)

    def slopes(self, probs, memory, target):
        X, h = memory
        n = X.shape[0]
        d = (probs - target) / n
        g = {"W2": h.T.dot(d), "b2": d.sum(0, keepdims=True)}
        d = d.dot(self.params["W2"].T) * h * (1 - h)
        g["W1"] = X.T.dot(d)
        g["b1"] = d.sum(0, keepdims=True)
        return g

(train_X, train_y), (test_X, test_y) = mnist.load_data()
train_X = train_X.reshape(-1, 12) / 255
targets = np.zeros((len(train_y), 4))
targets[np.arange(len(train_y)), train_y] = 1
clf = Classifier([12, 6, 4])
learning_rate = 0.5
batch_size = 100
for epoch in range(10):
    for i in range(len(train_X) // batch_size):
        xb = train_X[i * batch_size:(i + 1) * batch_size]
        tb = targets[i * batch_size:(i + 1) * batch_size]
        probs, memory = clf.run(xb)
        grads = clf.slopes(probs, memory, tb)
        for key in clf.params:
            clf.params[key] -= learning_rate * grads[key]
    print(epoch)
