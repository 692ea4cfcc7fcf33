# Minimal VAE with linear encoder/decoder and Gaussian likelihood (column vectors, one sample at a time)
import numpy as np

rng = np.random.RandomState(5)
D, Z = 5, 2

params = {
    'A': 0.4 * rng.randn(Z, D),   # encoder mean
    'a': np.zeros((Z, 1)),
    'B': 0.4 * rng.randn(Z, D),   # encoder log-variance
    'b': np.zeros((Z, 1)),
    'C': 0.4 * rng.randn(D, Z),   # decoder
    'c': np.zeros((D, 1)),
}


def encode(x, params):
    mu = params['A'] @ x + params['a']
    logvar = params['B'] @ x + params['b']
    return mu, logvar


def reparameterize(mu, logvar, eps):
    return mu + np.exp(logvar / 2) * eps


def elbo_loss(x, eps, params):
    """ negative ELBO up to a constant """
    mu, logvar = encode(x, params)
    z = reparameterize(mu, logvar, eps)
    x_hat = params['C'] @ z + params['c']
    recon = 0.5 * np.sum((x_hat - x) ** 2)
    kl = 0.5 * np.sum(mu ** 2 + np.exp(logvar) - logvar - 1)
    return recon + kl


def elbo_grads(x, eps, params):
    mu, logvar = encode(x, params)
    std = np.exp(logvar / 2)
    z = mu + std * eps
    x_hat = params['C'] @ z + params['c']

    dx_hat = x_hat - x
    dz = params['C'].T @ dx_hat
    dmu = dz + mu
    dlogvar = dz * eps * std
    dlogvar += 0.5 * (np.exp(logvar) - 1)

    return {
        'C': dx_hat @ z.T,
        'c': dx_hat,
        'A': dmu @ x.T,
        'a': dmu,
        'B': dlogvar @ x.T,
        'b': dlogvar,
    }


def train(data, params, lr=0.01, epochs=5):
    for epoch in range(epochs):
        total = 0.0
        for x in data:
            x = x.reshape(-1, 1)
            eps = rng.randn(Z, 1)
            total += elbo_loss(x, eps, params)
            grads = elbo_grads(x, eps, params)
            for k in params:
                params[k] -= lr * grads[k]
        print('epoch', epoch, 'loss', total / len(data))


if __name__ == '__main__':
    train(rng.randn(100, Z) @ rng.randn(Z, D), params)
