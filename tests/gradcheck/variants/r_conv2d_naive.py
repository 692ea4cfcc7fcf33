import numpy as np


class Conv2D(object):
    # x: (N, C, H, W), w: (F, C, k, k)
    def __init__(self, in_ch, out_ch, k, stride=1, pad=0):
        self.k, self.stride, self.pad = k, stride, pad
        scale = np.sqrt(2.0 / (in_ch * k * k))
        self.params = {'w': np.random.randn(out_ch, in_ch, k, k) * scale,
                       'b': np.zeros(out_ch)}
        self.grads = {}

    def forward(self, x):
        w, b = self.params['w'], self.params['b']
        N, C, H, W = x.shape
        F = w.shape[0]
        p, s, k = self.pad, self.stride, self.k
        Ho = 1 + (H + 2 * p - k) // s
        Wo = 1 + (W + 2 * p - k) // s
        xp = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), mode='constant')
        out = np.zeros((N, F, Ho, Wo))
        for n in range(N):
            for f in range(F):
                for i in range(Ho):
                    for j in range(Wo):
                        patch = xp[n, :, i*s:i*s+k, j*s:j*s+k]
                        out[n, f, i, j] = np.sum(patch * w[f]) + b[f]
        self.cache = (x.shape, xp)
        return out

    def backward(self, dout):
        xshape, xp = self.cache
        w = self.params['w']
        p, s, k = self.pad, self.stride, self.k
        dxp = np.zeros_like(xp)
        dw = np.zeros_like(w)
        N, F, Ho, Wo = dout.shape
        for n in range(N):
            for f in range(F):
                for i in range(Ho):
                    for j in range(Wo):
                        g = dout[n, f, i, j]
                        dw[f] += g * xp[n, :, i*s:i*s+k, j*s:j*s+k]
                        dxp[n, :, i*s:i*s+k, j*s:j*s+k] += g * w[f]
        self.grads['w'] = dw
        self.grads['b'] = dout.sum(axis=(0, 2, 3))
        H, W = xshape[2:]
        return dxp[:, :, p:p+H, p:p+W]
