import numpy as np


class Loss:
    def calculate(self, output, y):
        sample_losses = self.forward(output, y)
        return np.mean(sample_losses)


class Activation_Sigmoid:
    def forward(self, inputs):
        self.inputs = inputs
        self.output = 1 / (1 + np.exp(-inputs))
        return self.output

    def backward(self, dvalues):
        self.dinputs = dvalues * (1 - self.output) * self.output


class Loss_BinaryCrossentropy(Loss):

    def forward(self, y_pred, y_true):
        # Clip to prevent division by 0, both sides so that the mean is not dragged
        y_pred_clipped = np.clip(y_pred, 1e-7, 1 - 1e-7)
        sample_losses = -(y_true * np.log(y_pred_clipped) + (1 - y_true) * np.log(1 - y_pred_clipped))
        return np.mean(sample_losses, axis=-1)

    def backward(self, dvalues, y_true):
        samples = len(dvalues)
        outputs = len(dvalues[0])
        clipped = np.clip(dvalues, 1e-7, 1 - 1e-7)
        self.dinputs = -(y_true / clipped + (1 - y_true) / (1 - clipped)) / outputs
        self.dinputs = self.dinputs / samples


if __name__ == "__main__":
    y = np.array([[1], [0], [1.0]])
    act, loss = Activation_Sigmoid(), Loss_BinaryCrossentropy()
    p = act.forward(np.array([[0.3], [-1], [2]]))
    print(loss.calculate(p, y))
    loss.backward(p, y)
    act.backward(loss.dinputs)
    print(act.dinputs)
