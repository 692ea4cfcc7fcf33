import numpy as np


class IRNN(object):
    """
    Recurrent net with rectified linear units, initialized close to the identity (Le, Jaitly, Hinton).
    Reads a sequence and classifies it from the last state.

    - X: N x T x D
    - y: N integers
    """

    def __init__(self, D=3, H=6, C=4, seed=0):
        rs = np.random.RandomState(seed)
        self.params = {}
        self.params['Wx'] = rs.randn(D, H) * 0.5
        self.params['Wh'] = 0.6 * np.eye(H) + 0.2 * rs.randn(H, H)
        self.params['b'] = np.zeros(H)
        self.params['Wo'] = rs.randn(H, C) * 0.5
        self.params['bo'] = np.zeros(C)

    def loss(self, X, y=None):
        Wx, Wh, b = self.params['Wx'], self.params['Wh'], self.params['b']
        Wo, bo = self.params['Wo'], self.params['bo']
        N, T, D = X.shape
        h = np.zeros((N, T + 1, Wh.shape[0]))
        for t in range(T):
            h[:, t + 1] = np.maximum(0, X[:, t].dot(Wx) + h[:, t].dot(Wh) + b)
        scores = h[:, T].dot(Wo) + bo
        if y is None:
            return scores

        scores = scores - scores.max(axis=1, keepdims=True)
        logp = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        loss = -logp[np.arange(N), y].mean()

        grads = {k: np.zeros_like(v) for k, v in self.params.items()}
        dscores = np.exp(logp)
        dscores[np.arange(N), y] -= 1
        dscores /= N
        grads['Wo'] = h[:, T].T.dot(dscores)
        grads['bo'] = dscores.sum(axis=0)
        dh = dscores.dot(Wo.T)
        for t in range(T - 1, -1, -1):
            dz = dh * (h[:, t + 1] > 0)
            grads['Wx'] += X[:, t].T.dot(dz)
            grads['Wh'] += h[:, t].T.dot(dz)
            grads['b'] += dz.sum(axis=0)
            dh = dz.dot(Wh)
        return loss, grads


if __name__ == '__main__':
    rs = np.random.RandomState(1)
    X = rs.randn(50, 5, 3)
    y = X[:, :, 0].sum(1).argsort().argsort() // 13
    model = IRNN()
    for it in range(200):
        loss, grads = model.loss(X, y)
        for k in model.params:
            model.params[k] -= 0.1 * grads[k]
    print('loss %f, acc %f' % (loss, np.mean(model.loss(X).argmax(1) == y)))
