import numpy as np


def sigm(z):
    return 1.0 / (1.0 + np.exp(-z))


def d_sigm(z):
    return sigm(z) * (1 - z)


def leaky(z):
    return np.where(z > 0, z, 0.1 * z)


def d_leaky(z):
    return np.where(z > 0, 1.0, 0.1)


def htan(z):
    return np.tanh(z)


def d_htan(z):
    return 1 - np.square(htan(z))


BY_NAME = {"sigm": (sigm, d_sigm), "leaky": (leaky, d_leaky), "htan": (htan, d_htan)}
