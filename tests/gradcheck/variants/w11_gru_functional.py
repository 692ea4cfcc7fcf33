import numpy as np

# GRU, batch first: x is (N, T, D), hidden state (N, H)
#   z = sigmoid(x Wz + h Uz + bz)
#   r = sigmoid(x Wr + h Ur + br)
#   n = tanh(x Wn + (r*h) Un + bn)
#   h' = (1-z)*n + z*h

sigm = lambda a: 1. / (1. + np.exp(-a))


def init_params(D, H, rs=np.random.RandomState(0)):
    p = {}
    for g in 'zrn':
        p['W' + g] = rs.randn(D, H) * .3
        p['U' + g] = rs.randn(H, H) * .3
        p['b' + g] = np.zeros(H)
    return p


def gru_step_forward(x, h, p):
    z = sigm(x @ p['Wz'] + h @ p['Uz'] + p['bz'])
    r = sigm(x @ p['Wr'] + h @ p['Ur'] + p['br'])
    rh = r * h
    n = np.tanh(x @ p['Wn'] + rh @ p['Un'] + p['bn'])
    h_next = (1 - z) * n + z * h
    return h_next, (x, h, z, r, rh, n)


def gru_step_backward(dh_next, cache, p, grads):
    x, h, z, r, rh, n = cache
    dn = dh_next * (1 - z)
    dz = dh_next * (h - n)

    dan = dn * (1 - n ** 2)
    drh = dan @ p['Un'].T
    dr = drh * h
    daz = dz * z * (1 - z)
    dar = dr * r * (1 - r)

    dh = drh * r
    dh = dh + daz @ p['Uz'].T + dar @ p['Ur'].T
    dx = dan @ p['Wn'].T + daz @ p['Wz'].T + dar @ p['Wr'].T

    for g, da, hh in (('z', daz, h), ('r', dar, h), ('n', dan, rh)):
        grads['W' + g] += x.T @ da
        grads['U' + g] += hh.T @ da
        grads['b' + g] += da.sum(axis=0)
    return dx, dh


def gru_forward(x, h0, p):
    N, T, D = x.shape
    hs, caches = np.zeros((N, T, h0.shape[1])), []
    h = h0
    for t in range(T):
        h, cache = gru_step_forward(x[:, t], h, p)
        hs[:, t] = h
        caches.append(cache)
    return hs, (caches, p)


def gru_backward(dhs, cache):
    """dhs: (N, T, H) upstream gradients of all hidden states"""
    caches, p = cache
    N, T, H = dhs.shape
    grads = {k: np.zeros_like(v) for k, v in p.items()}
    dx = np.zeros((N, T, caches[0][0].shape[1]))
    dh = np.zeros((N, H))
    for t in reversed(range(T)):
        dx[:, t], dh = gru_step_backward(dh + dhs[:, t], caches[t], p, grads)
    return dx, dh, grads


if __name__ == '__main__':
    rs = np.random.RandomState(1)
    x = rs.randn(16, 6, 3)
    target = np.cumsum(x, axis=1) * .2
    p = init_params(3, 3)
    for it in range(300):
        hs, cache = gru_forward(x, np.zeros((16, 3)), p)
        diff = hs - target
        _, _, g = gru_backward(diff / diff.size, cache)
        for k in p:
            p[k] -= 1.0 * g[k]
        if it % 50 == 0:
            print(it, .5 * np.mean(diff ** 2))
