import numpy as np

n = 6
points = np.random.randn(n, 2)
labels = np.array([0, 1, 1, 0, 1, 0])
product = (points[:, 0] * points[:, 1]).reshape(-1, 1)
Xb = np.concatenate((np.ones((n, 1)), product, points), axis=1)
w = np.random.randn(4)


def squash(z):
    return 1 / (1 + np.exp(-z))


def cross_entropy_of(P, T):
    return -np.sum(T * np.log(P) + (1 - T) * np.log(1 - P))


P = squash(Xb.dot(w))
learning_rate = 0.01
history = []
for step in range(5000):
    history.append(cross_entropy_of(P, labels))
    w = w - learning_rate * Xb.T.dot(P - labels)
    P = squash(Xb.dot(w))
print("last cost", history[-1])
