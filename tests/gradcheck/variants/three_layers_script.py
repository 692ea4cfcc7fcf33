import numpy as np


def nonlin(x):
    return 1 / (1 + np.exp(-x))


def nonlin_prime(x):
    s = nonlin(x)
    return s * (1 - s)


X = np.array([[0, 0, 1],
              [0, 1, 1],
              [1, 0, 1],
              [1, 1, 1]])
y = np.array([[0], [1], [1], [0]])

np.random.seed(1)

# randomly initialize our weights with mean 0
syn0 = 2 * np.random.random((3, 4)) - 1
syn1 = 2 * np.random.random((4, 1)) - 1
alpha = 1.0
epochs = 300

for j in range(epochs):
    # feed forward through layers 0, 1, and 2
    z1 = X.dot(syn0)
    l1 = nonlin(z1)
    z2 = l1.dot(syn1)
    l2 = nonlin(z2)

    cost = 0.5 * ((y - l2) ** 2).sum()
    if j % 100 == 0:
        print("Cost:", cost)

    l2_delta = (l2 - y) * nonlin_prime(z2)
    l1_error = l2_delta.dot(syn1.T)
    l1_delta = l1_error * nonlin_prime(l1)

    syn1 -= alpha * l1.T.dot(l2_delta)
    syn0 -= alpha * X.T.dot(l1_delta)

print("Output after training")
print(l2)
