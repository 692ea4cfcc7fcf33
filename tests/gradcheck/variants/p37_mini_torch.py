"""A miniature torch: Parameters that collect their gradients until zero_grad is called."""
import numpy as np


class Parameter:
    def __init__(self, data):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)


class Module:
    def __call__(self, x):
        return self.forward(x)

    def parameters(self):
        for value in self.__dict__.values():
            if isinstance(value, Parameter):
                yield value
            elif isinstance(value, Module):
                yield from value.parameters()

    def zero_grad(self):
        for p in self.parameters():
            p.grad[...] = 0


class Linear(Module):
    def __init__(self, n_in, n_out):
        k = n_in ** -0.5
        self.weight = Parameter(np.random.uniform(-k, k, (n_out, n_in)))
        self.bias = Parameter(np.random.uniform(-k, k, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.weight.data.T + self.bias.data

    def backward(self, grad):
        self.weight.grad += grad.T @ self.x
        self.bias.grad += grad.sum(axis=0)
        return grad @ self.weight.data


class Net(Module):
    def __init__(self, n_in=3, n_hidden=4, n_out=2):
        self.fc1 = Linear(n_in, n_hidden)
        self.fc2 = Linear(n_hidden, n_out)

    def forward(self, x):
        self.h = np.tanh(self.fc1(x))
        return self.fc2(self.h)

    def backward(self, grad):
        grad = self.fc2.backward(grad)
        return self.fc1.backward(grad * (1 - self.h ** 2))
