import math
import numpy as np


class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)

    def zero_grad(self):
        self.grad.fill(0.0)


class Module:
    def parameters(self):
        for v in self.__dict__.values():
            if isinstance(v, Parameter):
                yield v
            elif isinstance(v, Module):
                yield from v.parameters()

    def zero_grad(self):
        for p in self.parameters():
            p.zero_grad()

    def __call__(self, *args):
        return self.forward(*args)


class Linear(Module):
    def __init__(self, in_features, out_features):
        k = 1 / math.sqrt(in_features)
        self.weight = Parameter(np.random.uniform(-k, k, (out_features, in_features)))
        self.bias = Parameter(np.random.uniform(-k, k, (out_features,)))

    def forward(self, input):
        self.input = input
        return input @ self.weight.data.T + self.bias.data

    def backward(self, grad_output):
        self.weight.grad += grad_output.T @ self.input
        self.bias.grad += grad_output.sum(axis=0)
        return grad_output @ self.weight.data


class GELU(Module):
    def forward(self, input):
        self.input = input
        self.t = np.tanh(math.sqrt(2 / math.pi) * (input + 0.044715 * input ** 3))
        return 0.5 * input * (1 + self.t)

    def backward(self, grad_output):
        x = self.input
        dt = (1 - self.t ** 2) * math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x ** 2)
        return grad_output * (0.5 * (1 + self.t) + 0.5 * x * dt)


class Net(Module):
    def __init__(self, n_in=3, n_hidden=5, n_out=2):
        self.fc1 = Linear(n_in, n_hidden)
        self.act = GELU()
        self.fc2 = Linear(n_hidden, n_out)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))

    def backward(self, grad_output):
        return self.fc1.backward(self.act.backward(self.fc2.backward(grad_output)))


class SGD:
    def __init__(self, params, lr):
        self.params, self.lr = list(params), lr

    def step(self):
        for p in self.params:
            p.data -= self.lr * p.grad


if __name__ == "__main__":
    np.random.seed(0)
    net = Net()
    optimizer = SGD(net.parameters(), lr=0.1)
    x = np.random.randn(64, 3)
    y = np.stack([x[:, 0] * x[:, 1], x[:, 2] ** 2], axis=1)
    for epoch in range(200):
        optimizer_loss = 0.0
        net.zero_grad()
        for xb, yb in zip(np.split(x, 4), np.split(y, 4)):
            diff = net(xb) - yb
            optimizer_loss += (diff ** 2).sum() / len(x)
            net.backward(2 * diff / len(x))
        optimizer.step()
    print("final loss", optimizer_loss)
