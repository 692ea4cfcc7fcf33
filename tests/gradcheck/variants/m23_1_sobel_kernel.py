import numpy as np


class EdgeFilter:
    """Sobel filter as start of a trainable 3x3 convolution of one image"""

    def __init__(self):
        self.kernel = np.array([[1, 0, -1],
                                [2, 0, -2],
                                [1, 0, -1]])
        self.dkernel = None

    def forward(self, image):
        h, w = image.shape
        self.image = image
        out = np.zeros((h - 2, w - 2))
        for r in range(h - 2):
            for c in range(w - 2):
                out[r, c] = (image[r:r + 3, c:c + 3] * self.kernel).sum()
        return out

    def backward(self, dout):
        self.dkernel = np.zeros((3, 3))
        dimage = np.zeros(self.image.shape)
        for (r, c), g in np.ndenumerate(dout):
            self.dkernel += g * self.image[r:r + 3, c:c + 3]
            dimage[r:r + 3, c:c + 3] += g * self.kernel
        return dimage
