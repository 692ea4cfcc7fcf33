import numpy as np

# inputs and what should come out (XOR of the first two, third is a constant 1)
X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0], [1], [1], [0]])

np.random.seed(1)

# weights, mean 0
w0 = 2 * np.random.random((3, 6)) - 1
w1 = 2 * np.random.random((6, 1)) - 1

for step in range(3001):

    # forward
    l0 = X
    l1 = 1 / (1 + np.exp(-np.dot(l0, w0)))
    l2 = 1 / (1 + np.exp(-np.dot(l1, w1)))

    # how far off are we?
    l2_error = y - l2
    if step % 1000 == 0:
        print("squared error", 0.5 * np.sum(l2_error ** 2))

    # backward
    l2_delta = l2_error * l2 * (1 - l2)
    l1_error = l2_delta.dot(w1.T)
    l1_delta = l1_error * l1 * (1 - l1)

    w1 += l1.T.dot(l2_delta)
    w0 += l0.T.dot(l1_delta)

print("output after training")
print(l2)
