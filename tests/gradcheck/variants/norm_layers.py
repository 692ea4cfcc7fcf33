import numpy as np


def layernorm_forward(x, gamma, beta, ln_param):
    """
    Forward pass for layer normalization.

    Input:
    - x: Data of shape (N, D)
    - gamma: Scale parameter of shape (D,)
    - beta: Shift parameter of shape (D,)
    - ln_param: Dictionary with the following keys:
        - eps: Constant for numeric stability

    Returns a tuple of:
    - out: of shape (N, D)
    - cache: A tuple of values needed in the backward pass
    """
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    istd = 1.0 / np.sqrt(var + eps)
    x_hat = (x - mu) * istd
    out = gamma * x_hat + beta
    cache = (x_hat, gamma, istd)
    return out, cache


def layernorm_backward(dout, cache):
    """
    Backward pass for layer normalization.

    Returns a tuple of:
    - dx: Gradient with respect to inputs x, of shape (N, D)
    - dgamma: of shape (D,)
    - dbeta: of shape (D,)
    """
    x_hat, gamma, istd = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    s1 = np.sum(dx_hat, axis=1, keepdims=True)
    s2 = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = istd * (dx_hat - s1 / N - x_hat * s2 / N)
    return dx, dgamma, dbeta


if __name__ == "__main__":
    np.random.seed(231)
    x = 5 * np.random.randn(4, 6) + 12
    out, cache = layernorm_forward(x, np.ones(6), np.zeros(6), {})
    print("means:", out.mean(axis=1), "stds:", out.std(axis=1))
