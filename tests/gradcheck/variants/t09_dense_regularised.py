import numpy as np


class Layer_Dense:
    def __init__(self, n_inputs, n_neurons, weight_regularizer_l1=0, weight_regularizer_l2=0):
        self.weights = 0.5 * np.random.randn(n_inputs, n_neurons)
        self.biases = np.zeros((1, n_neurons))
        self.weight_regularizer_l1 = weight_regularizer_l1
        self.weight_regularizer_l2 = weight_regularizer_l2

    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues):
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        if self.weight_regularizer_l1 > 0:
            dL1 = np.ones_like(self.weights)
            self.dweights += self.weight_regularizer_l1 * dL1
        if self.weight_regularizer_l2 > 0:
            self.dweights += 2 * self.weight_regularizer_l2 * self.weights
        self.dinputs = np.dot(dvalues, self.weights.T)

    def regularization_loss(self):
        return (self.weight_regularizer_l1 * np.sum(np.abs(self.weights))
                + self.weight_regularizer_l2 * np.sum(self.weights * self.weights))


class Activation_ReLU:
    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.maximum(0, inputs)

    def backward(self, dvalues):
        self.dinputs = dvalues.copy()
        self.dinputs[self.inputs <= 0] = 0


class Model:
    """ dense -> relu -> dense, mean squared error plus the penalties of the first layer """

    def __init__(self, n_inputs=4, n_hidden=6, n_outputs=2):
        self.dense1 = Layer_Dense(n_inputs, n_hidden, weight_regularizer_l1=0.02, weight_regularizer_l2=0.01)
        self.activation1 = Activation_ReLU()
        self.dense2 = Layer_Dense(n_hidden, n_outputs)

    def forward(self, X):
        self.dense1.forward(X)
        self.activation1.forward(self.dense1.output)
        self.dense2.forward(self.activation1.output)
        self.output = self.dense2.output
        return self.output

    def loss(self, X, y):
        data_loss = np.mean((y - self.forward(X)) ** 2)
        return data_loss + self.dense1.regularization_loss()

    def backward(self, X, y):
        self.forward(X)
        dvalues = -2 * (y - self.output) / y.size
        self.dense2.backward(dvalues)
        self.activation1.backward(self.dense2.dinputs)
        self.dense1.backward(self.activation1.dinputs)
