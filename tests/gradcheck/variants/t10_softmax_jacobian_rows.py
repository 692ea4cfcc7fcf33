import numpy as np


# Softmax activation
class Activation_Softmax:

    # Forward pass
    def forward(self, inputs):
        # Remember input values
        self.inputs = inputs
        # Unnormalized probabilities
        exp_values = np.exp(inputs - np.max(inputs, axis=1, keepdims=True))
        self.output = exp_values / np.sum(exp_values, axis=1, keepdims=True)

    # Backward pass
    def backward(self, dvalues):
        self.dinputs = np.empty_like(dvalues)
        # Every sample has its own matrix
        for i, (row, dvalue) in enumerate(zip(self.output, dvalues)):
            row = row.reshape(-1, 1)
            jacobian = np.diagflat(row) - np.dot(row, row.T)
            self.dinputs[i] = np.dot(jacobian, dvalue)

    # Predicted class of each sample
    def predictions(self):
        return np.argmax(self.output, axis=1)


if __name__ == "__main__":
    act = Activation_Softmax()
    act.forward(np.array([[1.0, 2, 3], [0, 0, 0.5]]))
    act.backward(np.array([[1.0, 0, 0], [0, 0, 1]]))
    print(act.output, act.dinputs, act.predictions())
