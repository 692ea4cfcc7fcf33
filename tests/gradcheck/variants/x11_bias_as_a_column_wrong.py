import numpy as np


class Convolution:
    """images as (rows, columns, channels), one at a time; the bias is a column"""

    def __init__(self, input_shape, kernel_size, filters):
        self.input_shape = input_shape
        self.rows, self.columns, self.channels = input_shape
        self.size, self.filters = kernel_size, filters
        self.kernels = np.random.randn(kernel_size, kernel_size, self.channels, filters)
        self.bias = np.zeros((filters, 1))

    def forward(self, image):
        self.image = image
        out = np.zeros((self.rows - self.size + 1, self.columns - self.size + 1, self.filters))
        for y in range(out.shape[0]):
            for x in range(out.shape[1]):
                window = image[y : y + self.size, x : x + self.size, :]
                for f in range(self.filters):
                    out[y, x, f] = np.sum(window * self.kernels[:, :, :, f]) + self.bias[f]
        return out

    def backward(self, gradient, learning_rate):
        d_kernels, d_image = np.zeros_like(self.kernels), np.zeros_like(self.image)
        d_bias = np.zeros_like(self.bias)
        for y in range(gradient.shape[0]):
            for x in range(gradient.shape[1]):
                window = self.image[y : y + self.size, x : x + self.size, :]
                for f in range(self.filters):
                    d_kernels[:, :, :, f] += window * gradient[y, x, f]
                    d_image[y : y + self.size, x : x + self.size, :] += self.kernels[::-1, ::-1, :, f] * gradient[y, x, f]
                    d_bias[f] += gradient[y, x, f]
        self.kernels -= learning_rate * d_kernels
        self.bias -= learning_rate * d_bias
        return d_image
