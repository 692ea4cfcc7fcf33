import numpy as np


class Layer:
    def __init__(self):
        self.input = None
        self.output = None

    def forward(self, input):
        raise NotImplementedError

    def backward(self, output_gradient, learning_rate):
        raise NotImplementedError


class Conv1D(Layer):
    """input (length,) , kernels (depth, size) -> output (depth, length - size + 1)"""

    def __init__(self, input_length=7, kernel_size=3, depth=2):
        super().__init__()
        self.kernel_size = kernel_size
        self.output_length = input_length - kernel_size + 1
        self.kernels = np.random.randn(depth, kernel_size)
        self.bias = np.random.randn(depth, 1)

    def forward(self, input):
        self.input = input
        windows = np.stack([input[i:i + self.kernel_size] for i in range(self.output_length)], axis=1)
        self.windows = windows
        self.output = self.kernels @ windows + self.bias
        return self.output

    def backward(self, output_gradient, learning_rate):
        kernels_gradient = output_gradient @ self.windows.T
        input_gradient = np.zeros_like(self.input)
        per_window = self.kernels.T @ output_gradient
        for i in range(self.output_length):
            input_gradient[i:i + self.kernel_size] += per_window[:, i]
        self.kernels -= learning_rate * kernels_gradient
        self.bias -= learning_rate * output_gradient.sum(axis=1, keepdims=True)
        return input_gradient
