import numpy as np


class InfoNCE:
    """
    Symmetric contrastive loss as in CLIP: row i of images belongs to row i of texts.
    Both are projected by a matrix each, scaled to length 1 and compared by dot products.
    """

    def __init__(self, image_dim=6, text_dim=5, joint_dim=4, tau=0.5):
        rng = np.random.RandomState(1)
        self.Wi = rng.randn(image_dim, joint_dim) / np.sqrt(image_dim)
        self.Wt = rng.randn(text_dim, joint_dim) / np.sqrt(text_dim)
        self.tau = tau

    @staticmethod
    def unit(v):
        norm = np.sqrt((v ** 2).sum(axis=1, keepdims=True))
        return v / norm, norm

    @staticmethod
    def unit_back(d, u, norm):
        return (d - u * (d * u).sum(axis=1, keepdims=True)) / norm

    @staticmethod
    def softmax(s, axis):
        e = np.exp(s - s.max(axis=axis, keepdims=True))
        return e / e.sum(axis=axis, keepdims=True)

    def forward(self, images, texts):
        self.images, self.texts = images, texts
        self.u, self.nu = self.unit(images @ self.Wi)
        self.v, self.nv = self.unit(texts @ self.Wt)
        sim = self.u @ self.v.T / self.tau
        self.rows = self.softmax(sim, axis=1)
        self.cols = self.softmax(sim, axis=0)
        return -0.5 * np.mean(np.log(np.diag(self.rows)) + np.log(np.diag(self.cols)))

    def backward(self):
        n = len(self.images)
        dsim = 0.5 * (self.rows + self.cols - 2 * np.eye(n)) / n
        du = dsim @ self.v / self.tau
        dv = dsim.T @ self.u / self.tau
        return {
            'Wi': self.images.T @ self.unit_back(du, self.u, self.nu),
            'Wt': self.texts.T @ self.unit_back(dv, self.v, self.nv),
        }


if __name__ == '__main__':
    rng = np.random.RandomState(0)
    latent = rng.randn(40, 4)
    images, texts = latent @ rng.randn(4, 6), latent @ rng.randn(4, 5)
    clip = InfoNCE()
    for step in range(301):
        loss = clip.forward(images, texts)
        if step % 100 == 0:
            hits = np.mean(clip.rows.argmax(1) == np.arange(40))
            print(step, 'loss %.3f, matched %.2f' % (loss, hits))
        g = clip.backward()
        clip.Wi -= 0.5 * g['Wi']
        clip.Wt -= 0.5 * g['Wt']
