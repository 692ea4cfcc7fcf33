import numpy as np


def bn_forward(x, gamma, beta, bn_param=None):
    """
    x: (N, D). gamma, beta: (D,)
    """
    bn_param = {'mode': 'train'} if bn_param is None else bn_param
    eps = bn_param.get('eps', 1e-5)
    momentum = bn_param.get('momentum', 0.9)
    N, D = x.shape
    running_mean = bn_param.get('running_mean', np.zeros(D))
    running_var = bn_param.get('running_var', np.ones(D))

    if bn_param['mode'] == 'train':
        mu = x.mean(axis=0)
        xmu = x - mu
        var = np.mean(xmu ** 2, axis=0)
        ivar = 1 / np.sqrt(var + eps)
        xhat = xmu * ivar
        running_mean = momentum * running_mean + (1 - momentum) * mu
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        xmu = x - running_mean
        ivar = 1 / np.sqrt(running_var + eps)
        xhat = xmu * ivar
    out = gamma * xhat + beta

    bn_param['running_mean'] = running_mean
    bn_param['running_var'] = running_var
    cache = (xhat, gamma, xmu, ivar)
    return out, cache


def bn_backward(dout, cache):
    xhat, gamma, xmu, ivar = cache
    N, D = dout.shape

    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)

    dxhat = dout * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dvar = -0.5 * ivar ** 3 * divar
    dxmu = dxhat * ivar + 2 / N * xmu * dvar
    dx = dxmu
    return dx, dgamma, dbeta


if __name__ == '__main__':
    x = 3 * np.random.randn(6, 4) + 5
    out, cache = bn_forward(x, np.ones(4), np.zeros(4))
    print(out.mean(0), out.std(0))
    print(bn_backward(np.random.randn(6, 4), cache)[0])
