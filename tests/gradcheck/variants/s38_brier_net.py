import numpy as np


class BrierNet:
    """Two layers and a softmax, trained on the Brier score (squared error of the probabilities)."""

    def __init__(self, nInput, nHidden, nClasses):
        self.wHidden = np.random.normal(0.0, nInput ** -0.5, (nInput, nHidden))
        self.bHidden = np.zeros(nHidden)
        self.wOut = np.random.normal(0.0, nHidden ** -0.5, (nHidden, nClasses))
        self.bOut = np.zeros(nClasses)

    def forward(self, inputs, targets):
        self.inputs, self.targets = inputs, targets
        self.hidden = np.arctan(inputs @ self.wHidden + self.bHidden)
        scores = self.hidden @ self.wOut + self.bOut
        expScores = np.exp(scores - scores.max(axis=1, keepdims=True))
        self.probs = expScores / expScores.sum(axis=1, keepdims=True)
        return np.sum((self.probs - targets) ** 2) / len(inputs)

    def backward(self):
        n = len(self.inputs)
        gProbs = 2 * (self.probs - self.targets) / n
        # one Jacobian per sample: J[i] = diag(p) - p p^T
        jacobian = -np.einsum('ni,nj->nij', self.probs, self.probs)
        k = np.arange(self.probs.shape[1])
        jacobian[:, k, k] += self.probs
        gScores = np.einsum('nij,nj->ni', jacobian, gProbs)
        gHidden = gScores @ self.wOut.T
        # d arctan(z) / dz = 1 / (1 + z^2) and z = tan(hidden), so it is cos(hidden)^2
        gZ = gHidden * np.cos(self.hidden) ** 2
        return {
            'wOut': self.hidden.T @ gScores,
            'bOut': gScores.sum(axis=0),
            'wHidden': self.inputs.T @ gZ,
            'bHidden': gZ.sum(axis=0),
        }

    def learn(self, rate):
        for name, gradient in self.backward().items():
            getattr(self, name)[...] -= rate * gradient


if __name__ == '__main__':
    np.random.seed(3)
    x = np.random.randn(90, 2)
    t = np.eye(3)[(np.hypot(*x.T) * 1.2).astype(int).clip(0, 2)]
    net = BrierNet(2, 10, 3)
    for i in range(500):
        score = net.forward(x, t)
        net.learn(1.0)
    print('brier', score, 'accuracy', np.mean(net.probs.argmax(1) == t.argmax(1)))
