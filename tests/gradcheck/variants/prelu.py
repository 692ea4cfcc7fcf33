import numpy as np


class PReLU:
    """Parametric ReLU with ONE learnable slope shared by all units.

    f(x) = x        if x > 0
         = alpha*x  otherwise
    """

    def __init__(self, init=0.25):
        self.alpha = np.array([init])
        self.grad_alpha = np.zeros(1)

    def forward(self, x):
        self.x = x
        self.neg = x <= 0
        return np.where(self.neg, self.alpha * x, x)

    def backward(self, grad_out):
        grad_in = grad_out * np.where(self.neg, self.alpha, 1.0)
        d = grad_out * self.x * self.neg
        self.grad_alpha = np.sum(d, axis=0)
        return grad_in

    def apply_gradients(self, lr):
        self.alpha = self.alpha - lr * self.grad_alpha
