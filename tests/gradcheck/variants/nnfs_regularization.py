import numpy as np


# Dense layer with L1 and L2 regularization
class Layer_Dense:

    # Layer initialization
    def __init__(self, n_inputs, n_neurons,
                 weight_regularizer_l1=0.02, weight_regularizer_l2=0.03,
                 bias_regularizer_l1=0.01, bias_regularizer_l2=0.05):
        # Initialize weights and biases
        self.weights = 0.5 * np.random.randn(n_inputs, n_neurons)
        self.biases = 0.1 * np.random.randn(1, n_neurons)
        # Set regularization strength
        self.weight_regularizer_l1 = weight_regularizer_l1
        self.weight_regularizer_l2 = weight_regularizer_l2
        self.bias_regularizer_l1 = bias_regularizer_l1
        self.bias_regularizer_l2 = bias_regularizer_l2

    # Forward pass
    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases
        return self.output

    # Regularization loss of this layer
    def regularization_loss(self):
        loss = self.weight_regularizer_l1 * np.sum(np.abs(self.weights))
        loss += self.weight_regularizer_l2 * np.sum(self.weights * self.weights)
        loss += self.bias_regularizer_l1 * np.sum(np.abs(self.biases))
        loss += self.bias_regularizer_l2 * np.sum(self.biases * self.biases)
        return loss

    # Backward pass
    def backward(self, dvalues):
        # Gradients on parameters
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)

        # Gradients on regularization
        # L1 on weights
        if self.weight_regularizer_l1 > 0:
            dL1 = np.ones_like(self.weights)
            dL1[self.dweights < 0] = -1
            self.dweights += self.weight_regularizer_l1 * dL1
        # L2 on weights
        if self.weight_regularizer_l2 > 0:
            self.dweights += 2 * self.weight_regularizer_l2 * self.weights
        # L1 on biases
        if self.bias_regularizer_l1 > 0:
            dL1 = np.ones_like(self.biases)
            dL1[self.biases < 0] = -1
            self.dbiases += self.bias_regularizer_l1 * dL1
        # L2 on biases
        if self.bias_regularizer_l2 > 0:
            self.dbiases += 2 * self.bias_regularizer_l2 * self.biases

        # Gradient on values
        self.dinputs = np.dot(dvalues, self.weights.T)
        return self.dinputs


# Mean squared error loss over the batch, plus the layer's penalty
class Regression_Model:

    def __init__(self, n_inputs, n_outputs):
        self.dense = Layer_Dense(n_inputs, n_outputs)

    def loss(self, X, y):
        data_loss = np.mean(np.mean((y - self.dense.forward(X)) ** 2, axis=-1))
        return data_loss + self.dense.regularization_loss()

    def backward(self, X, y):
        out = self.dense.forward(X)
        samples, outputs = out.shape
        self.dense.backward(-2 * (y - out) / outputs / samples)


if __name__ == '__main__':
    X = np.random.randn(40, 3)
    y = X @ np.array([[1., -2.], [0.5, 0.], [-1., 1.]])
    model = Regression_Model(3, 2)
    for i in range(300):
        model.backward(X, y)
        model.dense.weights -= 0.1 * model.dense.dweights
        model.dense.biases -= 0.1 * model.dense.dbiases
    print(model.loss(X, y))
