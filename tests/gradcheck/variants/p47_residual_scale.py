"""Residual block x + gamma * swish(x W), gamma is learned (LayerScale), the beta of the swish too."""
import numpy as np


class ResidualBlock:
    def __init__(self, dim=4, scale=0.1):
        self.W = np.random.randn(dim, dim) * 0.5
        self.gamma = np.full((dim,), scale)
        self.beta = np.ones(1)
        self.W_grad = self.gamma_grad = self.beta_grad = None

    def forward(self, x):
        z = x @ self.W
        sig = 1 / (1 + np.exp(-self.beta * z))
        branch = z * sig
        self.saved = x, z, sig, branch
        return x + self.gamma * branch

    def backward(self, dy):
        x, z, sig, branch = self.saved
        self.gamma_grad = np.einsum("nd,nd->d", dy, branch)
        d_branch = dy * self.gamma
        slope = sig * (1 - sig)
        self.beta_grad = np.array([np.sum(d_branch * z ** 2 * slope)])
        dz = d_branch * (sig + self.beta * z * slope)
        self.W_grad = x.T @ dz
        return dy + dz @ self.W.T
