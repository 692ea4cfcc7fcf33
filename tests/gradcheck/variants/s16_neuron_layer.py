import numpy as np


class NeuronLayer:
    """
    A layer of sigmoid neurons in the notation of Rojas: each neuron has a
    weight vector and a threshold, and fires sigmoid(w . x - theta).
    Works with single patterns (1-D arrays).
    """

    def __init__(self, inputs, neurons):
        self.weights = np.random.uniform(-1, 1, (neurons, inputs))
        self.thresholds = np.random.uniform(-1, 1, neurons)

    def forward(self, pattern):
        self.pattern = np.asarray(pattern)
        net = self.weights.dot(self.pattern) - self.thresholds
        self.fired = 1 / (1 + np.exp(-net))
        return self.fired

    def backward(self, error):
        delta = error * self.fired * (1 - self.fired)
        self.weights_grad = np.outer(delta, self.pattern)
        self.thresholds_grad = -delta
        return delta.dot(self.weights)


class Perceptron2:
    def __init__(self):
        self.hidden = NeuronLayer(2, 4)
        self.output = NeuronLayer(4, 1)

    def learn(self, pattern, target, rate):
        out = self.output.forward(self.hidden.forward(pattern))
        error = out - target
        self.hidden.backward(self.output.backward(error))
        for layer in (self.hidden, self.output):
            layer.weights -= rate * layer.weights_grad
            layer.thresholds -= rate * layer.thresholds_grad
        return 0.5 * float(np.sum(error ** 2))


if __name__ == "__main__":
    np.random.seed(3)
    patterns = [([0, 0], 0), ([0, 1], 1), ([1, 0], 1), ([1, 1], 0)]
    p = Perceptron2()
    for cycle in range(1500):
        energy = sum(p.learn(x, t, 1.0) for x, t in patterns)
    print("E =", energy)
