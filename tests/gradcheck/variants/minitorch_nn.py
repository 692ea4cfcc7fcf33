"""A PyTorch look-alike: nn.Module / nn.Parameter / nn.Sequential / optim.SGD, numpy only."""
import numpy as np


class Parameter:
    def __init__(self, data):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = np.zeros_like(self.data)

    def zero_(self):
        self.grad.fill(0.0)


class Module:
    def __call__(self, *args):
        return self.forward(*args)

    def parameters(self):
        for v in self.__dict__.values():
            if isinstance(v, Parameter):
                yield v
            elif isinstance(v, Module):
                yield from v.parameters()
            elif isinstance(v, (list, tuple)):
                for u in v:
                    if isinstance(u, Module):
                        yield from u.parameters()


class Linear(Module):
    """y = x W^T + b, weight has shape (out_features, in_features)"""

    def __init__(self, in_features, out_features):
        k = 1 / np.sqrt(in_features)
        self.weight = Parameter(np.random.uniform(-k, k, (out_features, in_features)))
        self.bias = Parameter(np.random.uniform(-k, k, out_features))

    def forward(self, x):
        self._x = x
        return x @ self.weight.data.T + self.bias.data

    def backward(self, grad_out):
        self.weight.grad += grad_out.T @ self._x
        self.bias.grad += grad_out.sum(0)
        return grad_out @ self.weight.data


class LeakyReLU(Module):
    def __init__(self, negative_slope=0.01):
        self.negative_slope = negative_slope

    def forward(self, x):
        self._mask = x < 0
        return np.where(self._mask, self.negative_slope * x, x)

    def backward(self, grad_out):
        grad_in = grad_out.copy()
        grad_in[self._mask] *= self.negative_slope
        return grad_in


class Sequential(Module):
    def __init__(self, *mods):
        self.mods = list(mods)

    def forward(self, x):
        for m in self.mods:
            x = m(x)
        return x

    def backward(self, g):
        for m in reversed(self.mods):
            g = m.backward(g)
        return g


class CrossEntropyLoss(Module):
    def forward(self, logits, target):
        z = logits - logits.max(1, keepdims=True)
        self._logp = z - np.log(np.exp(z).sum(1, keepdims=True))
        self._t = target
        return -self._logp[np.arange(len(target)), target].mean()

    def backward(self):
        g = np.exp(self._logp)
        g[np.arange(len(self._t)), self._t] -= 1.0
        return g / len(self._t)


class SGD:
    def __init__(self, params, lr=0.1, momentum=0.9):
        self.params = list(params)
        self.lr, self.momentum = lr, momentum
        self.v = [np.zeros_like(p.data) for p in self.params]

    def zero_grad(self):
        for p in self.params:
            p.zero_()

    def step(self):
        for p, v in zip(self.params, self.v):
            v *= self.momentum
            v += p.grad
            p.data -= self.lr * v


if __name__ == "__main__":
    model = Sequential(Linear(4, 16), LeakyReLU(0.1), Linear(16, 3))
    criterion, opt = CrossEntropyLoss(), SGD(model.parameters())
    X, t = np.random.randn(90, 4), np.repeat([0, 1, 2], 30)
    for epoch in range(50):
        opt.zero_grad()
        loss = criterion(model(X), t)
        model.backward(criterion.backward())
        opt.step()
    print(loss)
