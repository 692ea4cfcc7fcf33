#!/usr/bin/env python

import numpy as np


def softmax(x):
    if len(x.shape) > 1:
        x = x - np.max(x, axis=1, keepdims=True)
        x = np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)
    else:
        x = np.exp(x - np.max(x))
        x = x / np.sum(x)
    return x


def sigmoid(x):
    return 1.0 / (1 + np.exp(-x))


def sigmoid_grad(s):
    # s = sigmoid(x) for the original input x
    return s * (1 - s)


def forward_backward_prop(data, labels, params, dimensions):
    """
    Forward and backward propagation for a two-layer sigmoidal network

    Arguments:
    data -- M x Dx matrix, where each row is a training example.
    labels -- M x Dy matrix, where each row is a one-hot vector.
    params -- Model parameters, these are unpacked for you.
    dimensions -- A tuple of input dimension, number of hidden units
                  and output dimension
    """

    ### Unpack network parameters (do not modify)
    ofs = 0
    Dx, H, Dy = (dimensions[0], dimensions[1], dimensions[2])

    W1 = np.reshape(params[ofs:ofs + Dx * H], (Dx, H))
    ofs += Dx * H
    b1 = np.reshape(params[ofs:ofs + H], (1, H))
    ofs += H
    W2 = np.reshape(params[ofs:ofs + H * Dy], (H, Dy))
    ofs += H * Dy
    b2 = np.reshape(params[ofs:ofs + Dy], (1, Dy))

    ### YOUR CODE HERE: forward propagation
    h = sigmoid(np.dot(data, W1) + b1)
    yhat = softmax(np.dot(h, W2) + b2)
    cost = -np.sum(labels * np.log(yhat))
    ### END YOUR CODE

    ### YOUR CODE HERE: backward propagation
    d1 = yhat - labels
    gradW2 = np.dot(h.T, d1)
    gradb2 = np.sum(d1, 0, keepdims=True)
    d2 = np.dot(d1, W2.T)
    d3 = d2 * sigmoid_grad(h)
    gradW1 = np.dot(data.T, d3)
    gradb1 = np.sum(d3, 0)
    ### END YOUR CODE

    ### Stack gradients (do not modify)
    grad = np.concatenate((gradW1.flatten(), gradb1.flatten(),
                           gradW2.flatten(), gradb2.flatten()))

    return cost, grad


if __name__ == "__main__":
    N = 20
    dimensions = [10, 5, 10]
    data = np.random.randn(N, dimensions[0])
    labels = np.eye(dimensions[2])[np.random.randint(0, dimensions[2], N)]
    params = np.random.randn((dimensions[0] + 1) * dimensions[1] + (dimensions[1] + 1) * dimensions[2])
    print(forward_backward_prop(data, labels, params, dimensions)[0])
