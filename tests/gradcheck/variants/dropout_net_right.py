import numpy as np


class NetWithDropout:
    """x -> dense -> sigmoid -> dropout -> dense.  Squared error, mean over everything."""

    def __init__(self, dims=(3, 6, 2), drop_rate=0.25):
        a, b, c = dims
        self.layer1 = {'W': np.random.randn(a, b), 'b': np.zeros((1, b))}
        self.layer2 = {'W': np.random.randn(b, c), 'b': np.zeros((1, c))}
        self.drop_rate = drop_rate
        self.training = True

    def forward(self, X):
        self.X = X
        self.S = 1 / (1 + np.exp(-(X @ self.layer1['W'] + self.layer1['b'])))
        if self.training:
            keep = 1 - self.drop_rate
            self.scale = np.random.binomial(1, keep, size=self.S.shape) / keep
        else:
            self.scale = 1.0
        self.H = self.S * self.scale
        return self.H @ self.layer2['W'] + self.layer2['b']

    def loss(self, X, Y):
        self.delta = self.forward(X) - Y
        return (self.delta ** 2).mean()

    def backward(self):
        g = 2 * self.delta / self.delta.size
        grads2 = {'W': self.H.T @ g, 'b': g.sum(axis=0, keepdims=True)}
        gS = (g @ self.layer2['W'].T) * self.scale
        gz = gS * self.S * (1 - self.S)
        grads1 = {'W': self.X.T @ gz, 'b': gz.sum(axis=0, keepdims=True)}
        return [grads1, grads2]


if __name__ == '__main__':
    np.random.seed(1)
    net = NetWithDropout()
    X = np.random.randn(32, 3)
    Y = np.stack([X[:, 0] * X[:, 1], X[:, 2]], axis=1)
    for e in range(300):
        net.loss(X, Y)
        for layer, grads in zip([net.layer1, net.layer2], net.backward()):
            for k in layer:
                layer[k] -= 0.5 * grads[k]
    net.training = False
    print('test loss', net.loss(X, Y))
