import numpy as np


class Net:
    reg = 0.5

    def __init__(self, sizes=(3, 4, 2)):
        self.layers = []
        for fan_in, fan_out in zip(sizes, sizes[1:]):
            self.layers.append((np.random.randn(fan_in, fan_out), np.random.randn(fan_out)))

    def loss_and_grad(self, X, y):
        # forward
        acts = [X]
        for k, (W, b) in enumerate(self.layers):
            z = acts[-1] @ W + b
            acts.append(z if k == len(self.layers) - 1 else np.tanh(z))
        diff = acts[-1] - y
        loss = 0.5 * np.sum(diff ** 2) / len(X)
        for W, b in self.layers:
            loss += 0.5 * self.reg * np.sum(W * W)

        # backward
        grads = []
        d = diff / len(X)
        for k in range(len(self.layers) - 1, -1, -1):
            W, b = self.layers[k]
            grads.insert(0, (acts[k].T @ d, d.sum(0)))
            if k > 0:
                d = (d @ W.T) * (1 - acts[k] ** 2)
        return loss, grads
