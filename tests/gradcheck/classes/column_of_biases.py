"""Filters of an image, whose biases have their gradient in a column; nothing makes the biases."""

import numpy as np


def forward(image, filters, bias):
    count, size = len(filters), filters.shape[-1]
    rows, columns = image.shape[1] - size + 1, image.shape[2] - size + 1
    out = np.zeros((count, rows, columns))
    for k in range(count):
        for i in range(rows):
            for j in range(columns):
                out[k, i, j] = np.sum(filters[k] * image[:, i : i + size, j : j + size]) + bias[k]
    return out


def backward(dout, image, filters):
    size = filters.shape[-1]
    dimage, dfilters, dbias = np.zeros(image.shape), np.zeros(filters.shape), np.zeros((len(filters), 1))
    for k, i, j in np.ndindex(dout.shape):
        dfilters[k] += dout[k, i, j] * image[:, i : i + size, j : j + size]
        dimage[:, i : i + size, j : j + size] += dout[k, i, j] * filters[k]
        dbias[k] += dout[k, i, j]
    return dimage, dfilters, dbias


def backward_half(dout, image, filters):
    dimage, dfilters, dbias = backward(dout, image, filters)
    return dimage, dfilters, dbias / 2


def affine(x, W, b):
    return x @ W + b


def affine_backward(dout, x, W):
    return dout @ W.T, x.T @ dout, dout.sum(axis=0)[:, None]
