import numpy as np


class Conv3:
    """3x3 convolution, one grey image (h, w) -> (h - 2, w - 2, filters)"""

    def __init__(self, num_filters=2):
        self.num_filters = num_filters
        self.params = [np.random.randn(num_filters, 3, 3) / 9, np.zeros(num_filters)]
        self.grads = [np.zeros((num_filters, 3, 3)), np.zeros(num_filters)]
        self.samples = 0

    def iterate_regions(self, image):
        h, w = image.shape
        for i in range(h - 2):
            for j in range(w - 2):
                yield image[i:i + 3, j:j + 3], i, j

    def forward(self, image):
        self.last_input = image
        h, w = image.shape
        output = np.zeros((h - 2, w - 2, self.num_filters))
        for region, i, j in self.iterate_regions(image):
            output[i, j] = np.sum(region * self.params[0], axis=(1, 2)) + self.params[1]
        return output

    def backward(self, d_out):
        d_image = np.zeros_like(self.last_input)
        for region, i, j in self.iterate_regions(self.last_input):
            for f in range(self.num_filters):
                self.grads[0][f] += d_out[i, j, f] * region
                d_image[i:i + 3, j:j + 3] += d_out[i, j, f] * self.params[0][f]
        self.grads[1] += d_out.sum(axis=(0, 1))
        self.samples += 1
        return d_image

    def step(self, lr):
        for p, g in zip(self.params, self.grads):
            p -= lr * g / self.samples
            g[...] = 0
        self.samples = 0
