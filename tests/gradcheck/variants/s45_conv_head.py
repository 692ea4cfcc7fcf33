import numpy as np


class SoftmaxHead:
    # A fully connected layer with softmax activation behind the pooled image

    def __init__(self, input_len, nodes):
        self.weights = np.random.randn(input_len, nodes) / input_len
        self.biases = np.zeros(nodes)

    def forward(self, volume):
        '''
        Returns the probabilities of the classes.
        - volume can be any array, it is flattened
        '''
        self.last_shape = volume.shape
        self.flat = volume.flatten()
        self.totals = self.flat @ self.weights + self.biases
        exp = np.exp(self.totals - np.max(self.totals))
        self.out = exp / np.sum(exp)
        return self.out

    def backprop(self, d_L_d_out):
        '''
        Returns (gradient of the volume, of the weights, of the biases).
        - d_L_d_out is the loss gradient for the outputs; of the cross entropy
          only the entry of the right class is not zero.
        '''
        for i, gradient in enumerate(d_L_d_out):
            if gradient == 0:
                continue
            p = self.out[i]
            d_out_d_t = -p * self.out
            d_out_d_t[i] = p * (1 - p)
            d_L_d_t = gradient * d_out_d_t
            d_L_d_w = self.flat[:, np.newaxis] @ d_L_d_t[np.newaxis]
            d_L_d_inputs = self.weights @ d_L_d_t
            return d_L_d_inputs.reshape(self.last_shape), d_L_d_w, d_L_d_t


def train(head, image, label, lr=0.5):
    out = head.forward(image)
    loss = -np.log(out[label])
    gradient = np.zeros(len(out))
    gradient[label] = -1 / out[label]
    _, d_w, d_b = head.backprop(gradient)
    head.weights -= lr * d_w
    head.biases -= lr * d_b
    return loss


if __name__ == '__main__':
    np.random.seed(0)
    images = np.random.rand(30, 3, 3, 2)
    labels = (images.mean(axis=(1, 2, 3)) * 100).astype(int) % 3
    head = SoftmaxHead(18, 3)
    for epoch in range(5):
        print('epoch', epoch, 'loss', np.mean([train(head, im, l) for im, l in zip(images, labels)]))
