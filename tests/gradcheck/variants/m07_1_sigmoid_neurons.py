import math
import numpy as np


class SigmoidLayer:
    """One example at a time, W is (outputs, inputs)"""

    def __init__(self, inputs=4, outputs=3):
        self.inputs, self.outputs = inputs, outputs
        bound = 1 / math.sqrt(inputs)
        self.W = np.random.uniform(-bound, bound, size=(outputs, inputs))
        self.theta = np.zeros(outputs)

    @staticmethod
    def activation(v):
        return 1.0 / (1.0 + np.exp(-v))

    def forward(self, x):
        assert x.shape == (self.inputs,)
        self.x = x
        self.y = self.activation(self.W.dot(x) + self.theta)
        return self.y

    def backward(self, dy):
        delta = dy * self.y * (1.0 - self.y)
        self.dW = np.outer(delta, self.x)
        self.dtheta = delta
        return self.W.T.dot(delta)
