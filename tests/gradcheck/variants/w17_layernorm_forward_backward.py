import numpy as np


def layernorm_forward(x, gamma, beta, ln_param={}):
    """
    Forward pass for layer normalization.

    Inputs:
    - x: Data of shape (N, D)
    - gamma: Scale parameter of shape (D,)
    - beta: Shift paremeter of shape (D,)
    - ln_param: Dictionary with the following keys:
        - eps: Constant for numeric stability

    Returns a tuple of:
    - out: of shape (N, D)
    - cache: A tuple of values needed in the backward pass
    """
    eps = ln_param.get('eps', 1e-5)
    x = x.T                                   # now like batchnorm
    mean = np.mean(x, axis=0)
    var = np.var(x, axis=0)
    std = np.sqrt(var + eps)
    x_norm = ((x - mean) / std).T
    out = x_norm * gamma + beta
    cache = (x_norm, gamma, std)
    return out, cache


def layernorm_backward(dout, cache):
    """
    Returns a tuple of:
    - dx: Gradient with respect to inputs x, of shape (N, D)
    - dgamma: Gradient with respect to scale parameter gamma, of shape (D,)
    - dbeta: Gradient with respect to shift parameter beta, of shape (D,)
    """
    x_norm, gamma, std = cache
    dgamma = (dout * x_norm).sum(axis=0)
    dbeta = dout.sum(axis=0)

    dx_norm = dout * gamma
    D = dout.shape[1]
    dx = dx_norm - dx_norm.mean(axis=1, keepdims=True) \
        - x_norm * np.sum(dx_norm * x_norm, axis=1, keepdims=True) / D
    dx = dx / std[:, np.newaxis]
    return dx, dgamma, dbeta


if __name__ == '__main__':
    np.random.seed(231)
    a = np.random.randn(4, 6) * 3 + 10
    out, cache = layernorm_forward(a, np.ones(6), np.zeros(6))
    print('  means: ', out.mean(axis=1))
    print('  stds:  ', out.std(axis=1))
    dx, dgamma, dbeta = layernorm_backward(np.random.randn(4, 6), cache)
    print(dx.sum(axis=1))
