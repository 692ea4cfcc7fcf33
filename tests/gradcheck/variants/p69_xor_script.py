"""XOR in a few lines. Data and the start weights are whole numbers typed in by hand."""
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


ALPHA = 1

# the last column of X is always 1 and takes the place of a bias
X = np.array([[0, 0, 1],
              [0, 1, 1],
              [1, 0, 1],
              [1, 1, 1]])
y = np.array([[0], [1], [1], [0]])

syn0 = np.array([[2, -1, 1],
                 [2, -1, -2],
                 [-1, 1, 0]])
syn1 = np.array([[1], [1], [-2], [0]])

for epoch in range(2000):
    # forward
    hidden = sigmoid(X @ syn0)
    hidden1 = np.hstack([hidden, np.ones((4, 1))])
    output = sigmoid(hidden1 @ syn1)

    error = y - output
    loss = 0.5 * np.sum(error ** 2)

    # backward
    delta_out = -error * output * (1 - output)
    syn1_grad = hidden1.T @ delta_out
    delta_hidden = delta_out @ syn1[:3].T * hidden * (1 - hidden)
    syn0_grad = X.T @ delta_hidden

    syn0 = syn0 - ALPHA * syn0_grad
    syn1 = syn1 - ALPHA * syn1_grad

print("loss after training:", loss)
print(np.round(output, 2).ravel())
