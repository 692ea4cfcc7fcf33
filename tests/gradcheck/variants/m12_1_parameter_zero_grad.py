import numpy as np


class Parameter:
    def __init__(self, value):
        self.value = value
        self.grad = np.zeros_like(value)

    @property
    def shape(self):
        return self.value.shape

    def zero_grad(self):
        self.grad.fill(0)


class Module:
    def parameters(self):
        return [p for p in vars(self).values() if isinstance(p, Parameter)]

    def zero_grad(self):
        for p in self.parameters():
            p.zero_grad()


class Linear(Module):
    def __init__(self, in_features=3, out_features=2, bias=True):
        k = in_features ** -0.5
        self.weight = Parameter(np.random.uniform(-k, k, (out_features, in_features)))
        self.bias = Parameter(np.random.uniform(-k, k, out_features)) if bias else None

    def forward(self, x):
        self.x = x
        out = x @ self.weight.value.T
        return out if self.bias is None else out + self.bias.value

    def backward(self, grad_output):
        self.weight.grad += grad_output.T @ self.x
        if self.bias is not None:
            self.bias.grad += grad_output.sum(0)
        return grad_output @ self.weight.value


class SGD:
    def __init__(self, params, lr=0.01):
        self.params, self.lr = list(params), lr

    def step(self):
        for p in self.params:
            p.value -= self.lr * p.grad
