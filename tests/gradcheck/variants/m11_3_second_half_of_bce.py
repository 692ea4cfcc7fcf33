import numpy as np


class BCELoss:
    def __init__(self, eps=1e-10):
        self.eps = eps

    def forward(self, prediction, target):
        self.prediction = prediction
        self.target = target
        pos = target * np.log(prediction + self.eps)
        neg = (1 - target) * np.log(1 - prediction + self.eps)
        return -(pos + neg).mean()

    __call__ = forward

    def backward(self):
        p, t = self.prediction, self.target
        grad = -t / (p + self.eps)
        return grad / t.size
