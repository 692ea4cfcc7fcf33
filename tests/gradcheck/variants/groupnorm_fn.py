import numpy as np


def groupnorm_forward(x, gamma, beta, G=2, eps=1e-5):
    """
    x: (N, C, H, W); gamma, beta: (1, C, 1, 1); G divides C
    """
    N, C, H, W = x.shape
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    inv = 1.0 / np.sqrt(var + eps)
    xn = (xg - mean) * inv
    x_hat = xn.reshape(N, C, H, W)
    out = gamma * x_hat + beta
    cache = (x_hat, xn, inv, gamma, G)
    return out, cache


def groupnorm_backward(dout, cache):
    x_hat, xn, inv, gamma, G = cache
    N, C, H, W = dout.shape

    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dgamma = np.sum(dout * x_hat, axis=(0, 2, 3), keepdims=True)

    dxn = (dout * gamma).reshape(N, G, C // G, H, W)
    t1 = dxn.mean(axis=(2, 3, 4), keepdims=True)
    t2 = (dxn * xn).mean(axis=(3, 4), keepdims=True)
    dx = inv * (dxn - t1 - xn * t2)
    return dx.reshape(N, C, H, W), dgamma, dbeta
