import numpy as np


def get_im2col_indices(x_shape, field_height, field_width, padding=1, stride=1):
    N, C, H, W = x_shape
    out_height = (H + 2 * padding - field_height) // stride + 1
    out_width = (W + 2 * padding - field_width) // stride + 1

    i0 = np.repeat(np.arange(field_height), field_width)
    i0 = np.tile(i0, C)
    i1 = stride * np.repeat(np.arange(out_height), out_width)
    j0 = np.tile(np.arange(field_width), field_height * C)
    j1 = stride * np.tile(np.arange(out_width), out_height)
    i = i0.reshape(-1, 1) + i1.reshape(1, -1)
    j = j0.reshape(-1, 1) + j1.reshape(1, -1)
    k = np.repeat(np.arange(C), field_height * field_width).reshape(-1, 1)
    return k, i, j


def im2col(x, field_height, field_width, padding=1, stride=1):
    p = padding
    x_padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), mode='constant')
    k, i, j = get_im2col_indices(x.shape, field_height, field_width, padding, stride)
    cols = x_padded[:, k, i, j]
    C = x.shape[1]
    return cols.transpose(1, 2, 0).reshape(field_height * field_width * C, -1)


def col2im(cols, x_shape, field_height=3, field_width=3, padding=1, stride=1):
    N, C, H, W = x_shape
    x_padded = np.zeros((N, C, H + 2 * padding, W + 2 * padding), dtype=cols.dtype)
    k, i, j = get_im2col_indices(x_shape, field_height, field_width, padding, stride)
    cols_reshaped = cols.reshape(C * field_height * field_width, -1, N).transpose(2, 0, 1)
    x_padded[:, k, i, j] += cols_reshaped
    if padding == 0:
        return x_padded
    return x_padded[:, :, padding:-padding, padding:-padding]


class Conv2D:
    def __init__(self, in_channels, n_filter, h_filter=3, w_filter=3, stride=1, padding=1):
        self.n_filter, self.h_filter, self.w_filter = n_filter, h_filter, w_filter
        self.stride, self.padding = stride, padding
        self.W = np.random.randn(n_filter, in_channels, h_filter, w_filter) / np.sqrt(n_filter / 2.)
        self.b = np.zeros((n_filter, 1))

    def forward(self, X):
        self.X_shape = X.shape
        N, _, h, w = X.shape
        h_out = (h - self.h_filter + 2 * self.padding) // self.stride + 1
        w_out = (w - self.w_filter + 2 * self.padding) // self.stride + 1
        self.X_col = im2col(X, self.h_filter, self.w_filter, self.padding, self.stride)
        out = self.W.reshape(self.n_filter, -1) @ self.X_col + self.b
        return out.reshape(self.n_filter, h_out, w_out, N).transpose(3, 0, 1, 2)

    def backward(self, dout):
        dout_flat = dout.transpose(1, 2, 3, 0).reshape(self.n_filter, -1)
        self.dW = (dout_flat @ self.X_col.T).reshape(self.W.shape)
        self.db = np.sum(dout_flat, axis=1).reshape(self.n_filter, -1)
        dX_col = self.W.reshape(self.n_filter, -1).T @ dout_flat
        return col2im(dX_col, self.X_shape, self.h_filter, self.w_filter, self.padding, self.stride)
