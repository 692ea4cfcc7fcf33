import numpy as np


class Loss:
    def calculate(self, output, y):
        sample_losses = self.forward(output, y)
        return np.mean(sample_losses)


class SoftmaxLoss(Loss):
    """Softmax activation and categorical cross-entropy in one class, y are class numbers"""

    def forward(self, inputs, y_true):
        exp_values = np.exp(inputs - np.max(inputs, axis=1, keepdims=True))
        self.output = exp_values / np.sum(exp_values, axis=1, keepdims=True)
        self.y_true = y_true
        correct_confidences = self.output[range(len(inputs)), y_true]
        return -np.log(correct_confidences)

    def backward(self):
        samples = len(self.output)
        self.dinputs = self.output.copy()
        self.dinputs[range(samples), self.y_true] -= 1


if __name__ == '__main__':
    loss_activation = SoftmaxLoss()
    print('loss:', loss_activation.calculate(np.random.randn(4, 3), np.array([0, 2, 1, 1])))
    loss_activation.backward()
    print(loss_activation.dinputs)
