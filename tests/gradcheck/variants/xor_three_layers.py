# XOR with two hidden layers, after the famous blog post
import numpy as np

np.random.seed(7)

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def slope(out):
    # takes the OUTPUT of the sigmoid
    return out * (1 - out)

X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], dtype=float)
y = np.array([[0, 1], [1, 0], [1, 0], [0, 1]], dtype=float)

alpha = 0.5
syn0 = 2 * np.random.random((3, 5)) - 1
syn1 = 2 * np.random.random((5, 4)) - 1
syn2 = 2 * np.random.random((4, 2)) - 1

for it in range(3000):
    l1 = sigmoid(X.dot(syn0))
    l2 = sigmoid(l1.dot(syn1))
    l3 = sigmoid(l2.dot(syn2))

    loss = 0.5 * np.sum((l3 - y) ** 2)
    if it % 500 == 0:
        print(it, loss)

    l3_delta = (l3 - y) * slope(l3)
    l2_error = l3_delta.dot(syn2.T)
    l2_delta = l2_error * slope(l2)
    l1_error = l2_error.dot(syn1.T)
    l1_delta = l1_error * slope(l1)

    grad2 = l2.T.dot(l3_delta)
    grad1 = l1.T.dot(l2_delta)
    grad0 = X.T.dot(l1_delta)

    syn2 -= alpha * grad2
    syn1 -= alpha * grad1
    syn0 -= alpha * grad0
