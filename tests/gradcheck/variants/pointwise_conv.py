import numpy as np


class PointwiseConv:
    """1x1 convolution, NCHW. Weight (C_out, C_in), bias (C_out,)"""

    def __init__(self, c_in, c_out):
        self.weight = np.random.randn(c_out, c_in) * np.sqrt(2.0 / c_in)
        self.bias = np.random.randn(c_out) * 0.01

    def forward(self, x):
        self.x = x
        y = np.einsum('oc,nchw->nohw', self.weight, x)
        y += self.bias[None, :, None, None]
        return y

    def backward(self, gy):
        gx = np.einsum('oc,nohw->nchw', self.weight, gy)
        gw = np.einsum('nohw,nchw->oc', gy, self.x)
        gb = gy.sum(axis=(2, 3))
        return gx, gw, gb


if __name__ == '__main__':
    conv = PointwiseConv(3, 2)
    img = np.random.rand(2, 3, 4, 4)
    out = conv.forward(img)
    gx, gw, gb = conv.backward(np.ones_like(out))
    print(gx.shape, gw.shape, gb.shape)
    # TODO: 3x3 version
