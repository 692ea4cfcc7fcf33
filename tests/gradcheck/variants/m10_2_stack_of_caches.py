import numpy as np


class Conv1x1:
    """1x1 convolution, channels last: (N, H, W, C) -> (N, H, W, F)"""

    _counts = {}        # memo: shape -> number of pixels

    def __init__(self, channels=2, filters=3):
        self.filters = np.random.randn(channels, filters)
        self.offset = np.random.randn(filters)
        self.stack = []

    def forward(self, img):
        if img.shape not in self._counts:
            self._counts[img.shape] = int(np.prod(img.shape[:-1]))
        self.stack.append(img)
        return np.einsum("nhwc,cf->nhwf", img, self.filters) + self.offset

    def backward(self, d):
        img = self.stack.pop()
        assert self._counts[img.shape] == d.size // d.shape[-1]
        self.d_filters = np.einsum("nhwc,nhwf->cf", img, d)
        self.d_offset = np.einsum("nhwf->f", d)
        return np.einsum("nhwf,cf->nhwc", d, self.filters)
