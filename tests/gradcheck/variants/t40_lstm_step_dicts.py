# Sequence models, week 1: optional part done properly
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    concat = np.concatenate([a_prev, xt], axis=0)
    ft = sigmoid(parameters["Wf"] @ concat + parameters["bf"])
    it = sigmoid(parameters["Wi"] @ concat + parameters["bi"])
    cct = np.tanh(parameters["Wc"] @ concat + parameters["bc"])
    c_next = ft * c_prev + it * cct
    ot = sigmoid(parameters["Wo"] @ concat + parameters["bo"])
    a_next = ot * np.tanh(c_next)
    cache = (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)
    return a_next, c_next, cache


def lstm_forward(x, a0, parameters):
    """x: (n_x, m, T_x), a0: (n_a, m). Returns a: (n_a, m, T_x) and the caches"""
    a_next, c_next = a0, np.zeros_like(a0)
    states, caches = [], []
    for t in range(x.shape[2]):
        a_next, c_next, cache = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)
        states.append(a_next)
        caches.append(cache)
    return np.stack(states, axis=2), caches


def lstm_cell_backward(da_next, dc_next, cache):
    a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    n_a = a_next.shape[0]
    tanh_c = np.tanh(c_next)
    dc = dc_next + da_next * ot * (1 - tanh_c ** 2)
    gates = {
        "f": dc * c_prev * ft * (1 - ft),
        "i": dc * cct * it * (1 - it),
        "c": dc * it * (1 - cct ** 2),
        "o": da_next * tanh_c * ot * (1 - ot),
    }
    concat = np.concatenate([a_prev, xt], axis=0)
    gradients, dconcat = {}, np.zeros_like(concat)
    for k, d in gates.items():
        gradients["dW" + k] = d @ concat.T
        gradients["db" + k] = d.sum(axis=1, keepdims=True)
        dconcat += parameters["W" + k].T @ d
    gradients["da_prev"], gradients["dxt"] = dconcat[:n_a], dconcat[n_a:]
    gradients["dc_prev"] = dc * ft
    return gradients


def lstm_backward(da, caches):
    """da: gradient of the cost with respect to every hidden state, (n_a, m, T_x)"""
    parameters = caches[0][-1]
    grads = {"d" + k: np.zeros_like(v) for k, v in parameters.items()}
    dx = []
    da_prev, dc_prev = np.zeros_like(da[:, :, 0]), np.zeros_like(da[:, :, 0])
    for t in reversed(range(da.shape[2])):
        step = lstm_cell_backward(da[:, :, t] + da_prev, dc_prev, caches[t])
        for k in grads:
            grads[k] += step[k]
        da_prev, dc_prev = step["da_prev"], step["dc_prev"]
        dx.insert(0, step["dxt"])
    grads["dx"] = np.stack(dx, axis=2)
    grads["da0"] = da_prev
    return grads


if __name__ == "__main__":
    np.random.seed(1)
    n_x, n_a, m, T = 3, 5, 4, 6
    parameters = {}
    for k in "fico":
        parameters["W" + k] = np.random.randn(n_a, n_a + n_x) * 0.4
        parameters["b" + k] = np.random.randn(n_a, 1) * 0.1
    a, caches = lstm_forward(np.random.randn(n_x, m, T), np.random.randn(n_a, m), parameters)
    print(a.shape, lstm_backward(np.ones_like(a), caches)["dx"].shape)
