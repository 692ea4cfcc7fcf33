"""Core of a variational autoencoder: sampling with fixed noise, linear decoder, reconstruction + KL."""
import numpy as np


def vae_head_forward(mu, logvar, D, x, noise):
    """mu, logvar, noise: (N, Z); D: (Z, M) decoder; x: (N, M)"""
    n = x.shape[0]
    std = np.exp(0.5 * logvar)
    z = mu + std * noise
    err = z @ D - x
    recon = 0.5 * np.sum(err ** 2) / n
    kl = -0.5 * np.sum(1 + logvar - mu ** 2 - np.exp(logvar)) / n
    return recon + kl, (mu, logvar, D, noise, std, z, err, n)


def vae_head_backward(cache):
    mu, logvar, D, noise, std, z, err, n = cache
    derr = err / n
    dD = z.T @ derr
    dz = derr @ D.T
    dmu = dz + mu / n
    dlogvar = dz * noise * std + 0.5 * (np.exp(logvar) - 1) / n
    return dmu, dlogvar, dD
