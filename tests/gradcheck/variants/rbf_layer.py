import numpy as np


class RBFLayer:
    r"""phi_k(x) = exp(-beta_k * ||x - c_k||^2)

    x : (N, D),  centres : (K, D),  beta : (K,)
    """

    def __init__(self, n_centres, n_inputs, seed=None):
        rng = np.random.default_rng(seed)
        self.centres = rng.normal(size=(n_centres, n_inputs))
        self.beta = rng.uniform(0.2, 0.8, size=n_centres)

    def activate(self, x):
        diff = x[:, None, :] - self.centres[None, :, :]
        sq = np.sum(diff * diff, axis=2)
        phi = np.exp(-self.beta * sq)
        self._saved = (diff, sq, phi)
        return phi

    def backpropagate(self, d_phi):
        diff, sq, phi = self._saved
        common = d_phi * phi                       # (N, K)
        self.d_beta = -np.sum(common * sq, axis=1)
        tmp = 2 * (common * self.beta)[:, :, None] * diff
        self.d_centres = tmp.sum(axis=0)
        return -tmp.sum(axis=1)

    def __repr__(self):
        return "RBFLayer(%d centres)" % len(self.centres)


if __name__ == '__main__':
    layer = RBFLayer(3, 2, seed=1)
    print(layer)
    x = np.linspace(-1, 1, 8).reshape(4, 2)
    phi = layer.activate(x)
    dx = layer.backpropagate(np.ones_like(phi))
    print(phi.shape, dx.shape, layer.d_centres.shape)
