import numpy as np


class Conv3x3:
    '''A convolution layer of 3x3 filters on one grey image, no padding.'''

    def __init__(self, num_filters=4):
        self.num_filters = num_filters
        # dividing by 9 keeps the outputs small
        self.filters = np.random.randn(num_filters, 3, 3) / 9
        self.bias = np.zeros(num_filters)

    def iterate_regions(self, image):
        h, w = image.shape
        for i in range(h - 2):
            for j in range(w - 2):
                yield image[i:i + 3, j:j + 3], i, j

    def forward(self, input):
        '''2d image in, array (h - 2, w - 2, num_filters) out'''
        self.last_input = input
        h, w = input.shape
        output = np.zeros((h - 2, w - 2, self.num_filters))
        for im_region, i, j in self.iterate_regions(input):
            output[i, j] = np.sum(im_region * self.filters, axis=(1, 2)) + self.bias
        return output

    def backprop(self, d_L_d_out):
        self.d_L_d_filters = np.zeros(self.filters.shape)
        self.d_L_d_bias = d_L_d_out.sum(axis=(0, 1))
        d_L_d_input = np.zeros(self.last_input.shape)
        for im_region, i, j in self.iterate_regions(self.last_input):
            for f in range(self.num_filters):
                self.d_L_d_filters[f] += d_L_d_out[i, j, f] * im_region
                d_L_d_input[i:i + 3, j:j + 3] += d_L_d_out[i, j, f] * self.filters[f]
        return d_L_d_input

    def step(self, learn_rate):
        self.filters -= learn_rate * self.d_L_d_filters
        self.bias -= learn_rate * self.d_L_d_bias


if __name__ == '__main__':
    conv = Conv3x3(8)
    img = np.random.rand(12, 12)
    out = conv.forward(img)
    print(out.shape, conv.backprop(np.ones_like(out)).shape)
    conv.step(0.01)
