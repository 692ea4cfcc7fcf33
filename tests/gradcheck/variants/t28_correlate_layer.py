import numpy as np


class Layer:
    def __init__(self):
        self.input = None
        self.output = None

    def forward(self, input):
        raise NotImplementedError

    def backward(self, output_gradient):
        raise NotImplementedError


def correlate2d(a, k, mode="valid"):
    """what scipy.signal does, but I did not want scipy"""
    if mode == "full":
        p, q = k.shape[0] - 1, k.shape[1] - 1
        a = np.pad(a, ((p, p), (q, q)))
    windows = np.lib.stride_tricks.sliding_window_view(a, k.shape)
    return np.einsum("ijkl,kl->ij", windows, k)


class Convolutional(Layer):
    def __init__(self, input_shape=(2, 6, 6), kernel_size=3, depth=3):
        input_depth, input_height, input_width = input_shape
        self.depth = depth
        self.input_shape = input_shape
        self.input_depth = input_depth
        self.output_shape = (depth, input_height - kernel_size + 1, input_width - kernel_size + 1)
        self.kernels_shape = (depth, input_depth, kernel_size, kernel_size)
        self.kernels = np.random.randn(*self.kernels_shape)
        self.biases = np.random.randn(*self.output_shape)

    def forward(self, input):
        self.input = input
        self.output = np.copy(self.biases)
        for i in range(self.depth):
            for j in range(self.input_depth):
                self.output[i] += correlate2d(self.input[j], self.kernels[i, j], "valid")
        return self.output

    def backward(self, output_gradient):
        self.kernels_gradient = np.zeros(self.kernels_shape)
        self.biases_gradient = output_gradient.copy()
        input_gradient = np.zeros(self.input_shape)
        for i in range(self.depth):
            for j in range(self.input_depth):
                self.kernels_gradient[i, j] = correlate2d(self.input[j], output_gradient[i], "valid")
                input_gradient[j] += correlate2d(output_gradient[i], self.kernels[i, j], "full")
        return input_gradient

    def update(self, learning_rate):
        self.kernels -= learning_rate * self.kernels_gradient
        self.biases -= learning_rate * self.biases_gradient


if __name__ == "__main__":
    c = Convolutional()
    out = c.forward(np.random.randn(2, 6, 6))
    c.backward(out)
    c.update(0.01)
    print(out.shape)
