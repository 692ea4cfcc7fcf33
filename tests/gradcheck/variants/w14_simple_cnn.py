import numpy as np

# A very simple CNN: conv 3x3 -> maxpool 2x2 -> softmax, one 2d image at a time.


class Conv3x3:
    # A Convolution layer using 3x3 filters (no padding).

    def __init__(self, num_filters):
        self.num_filters = num_filters
        # divide by 9 to reduce the variance of our initial values
        self.filters = np.random.randn(num_filters, 3, 3) / 9

    def iterate_regions(self, image):
        h, w = image.shape
        for i in range(h - 2):
            for j in range(w - 2):
                yield image[i:(i + 3), j:(j + 3)], i, j

    def forward(self, input):
        self.last_input = input
        h, w = input.shape
        output = np.zeros((h - 2, w - 2, self.num_filters))
        for im_region, i, j in self.iterate_regions(input):
            output[i, j] = np.sum(im_region * self.filters, axis=(1, 2))
        return output

    def backprop(self, d_L_d_out, learn_rate):
        d_L_d_filters = np.zeros(self.filters.shape)
        for im_region, i, j in self.iterate_regions(self.last_input):
            for f in range(self.num_filters):
                d_L_d_filters[f] += d_L_d_out[i, j, f] * im_region
        self.filters -= learn_rate * d_L_d_filters
        # first layer of the network, nothing to return
        return None


class MaxPool2:
    def iterate_regions(self, image):
        h, w, _ = image.shape
        for i in range(h // 2):
            for j in range(w // 2):
                yield image[(i * 2):(i * 2 + 2), (j * 2):(j * 2 + 2)], i, j

    def forward(self, input):
        self.last_input = input
        h, w, num_filters = input.shape
        output = np.zeros((h // 2, w // 2, num_filters))
        for im_region, i, j in self.iterate_regions(input):
            output[i, j] = np.amax(im_region, axis=(0, 1))
        return output

    def backprop(self, d_L_d_out):
        d_L_d_input = np.zeros(self.last_input.shape)
        for im_region, i, j in self.iterate_regions(self.last_input):
            h, w, f = im_region.shape
            amax = np.amax(im_region, axis=(0, 1))
            for i2 in range(h):
                for j2 in range(w):
                    for f2 in range(f):
                        if im_region[i2, j2, f2] == amax[f2]:
                            d_L_d_input[i * 2 + i2, j * 2 + j2, f2] = d_L_d_out[i, j, f2]
        return d_L_d_input


class Softmax:
    def __init__(self, input_len, nodes):
        self.weights = np.random.randn(input_len, nodes) / input_len
        self.biases = np.zeros(nodes)

    def forward(self, input):
        self.last_input_shape = input.shape
        self.last_input = input.flatten()
        totals = np.dot(self.last_input, self.weights) + self.biases
        exp = np.exp(totals - totals.max())
        self.out = exp / np.sum(exp)
        return self.out

    def backprop(self, label, learn_rate):
        d_L_d_t = self.out.copy()
        d_L_d_t[label] -= 1
        d_L_d_inputs = self.weights @ d_L_d_t
        self.weights -= learn_rate * self.last_input[:, np.newaxis] @ d_L_d_t[np.newaxis]
        self.biases -= learn_rate * d_L_d_t
        return d_L_d_inputs.reshape(self.last_input_shape)


class CNN:
    def __init__(self, size=10, num_filters=4, classes=3):
        self.conv = Conv3x3(num_filters)
        self.pool = MaxPool2()
        self.softmax = Softmax(((size - 2) // 2) ** 2 * num_filters, classes)

    def forward(self, image, label):
        out = self.softmax.forward(self.pool.forward(self.conv.forward(image)))
        return out, -np.log(out[label]), int(np.argmax(out) == label)

    def train(self, im, label, lr=.005):
        out, loss, acc = self.forward(im, label)
        gradient = self.softmax.backprop(label, lr)
        gradient = self.pool.backprop(gradient)
        self.conv.backprop(gradient, lr)
        return loss, acc


if __name__ == '__main__':
    np.random.seed(0)
    images, labels = np.random.rand(60, 10, 10) - 0.5, np.random.randint(0, 3, 60)
    for im, l in zip(images, labels):
        im[l * 3:l * 3 + 3] += 1
    cnn = CNN()
    for epoch in range(3):
        res = [cnn.train(im, l, .02) for im, l in zip(images, labels)]
        print('epoch %d: loss %.3f, accuracy %.2f' % (epoch + 1, *np.mean(res, axis=0)))
