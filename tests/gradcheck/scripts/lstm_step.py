"""A step of an LSTM whose weights, and their gradients, stand in the module."""

import numpy as np

text = open("story.txt").read()
letters = sorted(set(text))
n_x = len(letters)
n_h = 5
n_z = n_h + n_x

Wf, bf = np.random.randn(n_h, n_z) * 0.1, np.zeros((n_h, 1))
Wi, bi = np.random.randn(n_h, n_z) * 0.1, np.zeros((n_h, 1))
Wg, bg = np.random.randn(n_h, n_z) * 0.1, np.zeros((n_h, 1))
Wo, bo = np.random.randn(n_h, n_z) * 0.1, np.zeros((n_h, 1))
Wv, bv = np.random.randn(n_x, n_h) * 0.1, np.zeros((n_x, 1))

dWf, dbf, dWi, dbi = np.zeros_like(Wf), np.zeros_like(bf), np.zeros_like(Wi), np.zeros_like(bi)
dWg, dbg, dWo, dbo = np.zeros_like(Wg), np.zeros_like(bg), np.zeros_like(Wo), np.zeros_like(bo)
dWv, dbv = np.zeros_like(Wv), np.zeros_like(bv)


def sig(a):
    return 1 / (1 + np.exp(-a))


def forward(x, h_prev, c_prev):
    assert x.shape == (n_x, 1)
    assert h_prev.shape == (n_h, 1)
    z = np.vstack((h_prev, x))
    f = sig(Wf @ z + bf)
    i = sig(Wi @ z + bi)
    g = np.tanh(Wg @ z + bg)
    c = f * c_prev + i * g
    o = sig(Wo @ z + bo)
    h = o * np.tanh(c)
    v = Wv @ h + bv
    y = np.exp(v) / np.sum(np.exp(v))
    return z, f, i, g, c, o, h, v, y


def backward(target, dh_next, dc_next, c_prev, z, f, i, g, c, o, h, v, y):
    global dWf, dbf, dWi, dbi, dWg, dbg, dWo, dbo, dWv, dbv
    dv = y.copy()
    dv[target] -= 1
    dWv += dv @ h.T
    dbv += dv
    dh = Wv.T @ dv + dh_next
    do = dh * np.tanh(c) * o * (1 - o)
    dWo += do @ z.T
    dbo += do
    dc = dc_next + dh * o * (1 - np.tanh(c) ** 2)
    dg = dc * i * (1 - g * g)
    dWg += dg @ z.T
    dbg += dg
    di = dc * g * i * (1 - i)
    dWi += di @ z.T
    dbi += di
    df = dc * c_prev * f * (1 - f)
    dWf += df @ z.T
    dbf += df
    dz = Wf.T @ df + Wi.T @ di + Wg.T @ dg + Wo.T @ do
    return dz[:n_h, :], f * dc
