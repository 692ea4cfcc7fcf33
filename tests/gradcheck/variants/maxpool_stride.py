import numpy as np


class MaxPool2x2:
    # kernel 3, stride 2  (overlapping, AlexNet). The name is historical, sorry.

    def __init__(self, kernel=3, stride=2):
        self.kernel = kernel
        self.stride = stride
        self.argmax = {}

    def forward(self, images):
        self.in_shape = images.shape
        n, c, h, w = images.shape
        k, s = self.kernel, self.stride
        oh, ow = (h - k) // s + 1, (w - k) // s + 1
        out = np.empty((n, c, oh, ow))
        for i in range(oh):
            for j in range(ow):
                win = images[:, :, i * s:i * s + k, j * s:j * s + k].reshape(n, c, -1)
                best = win.argmax(axis=2)
                self.argmax[i, j] = best
                out[:, :, i, j] = np.take_along_axis(win, best[:, :, None], axis=2)[:, :, 0]
        return out

    def backward(self, grad):
        n, c, oh, ow = grad.shape
        k, s = self.kernel, self.stride
        dx = np.zeros(self.in_shape)
        nn, cc = np.indices((n, c))
        for i in range(oh):
            for j in range(ow):
                best = self.argmax[i, j]
                rows = i * s + best // k
                cols = j * s + best % k
                dx[nn, cc, rows, cols] += grad[:, :, i, j]
        return dx


if __name__ == '__main__':
    m = MaxPool2x2()
    x = np.random.randn(1, 1, 5, 5)
    print(x[0, 0])
    print(m.forward(x)[0, 0])
    print(m.backward(np.ones((1, 1, 2, 2)))[0, 0])
