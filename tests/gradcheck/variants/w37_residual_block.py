import numpy as np


class Linear:
    def __init__(self, n_in, n_out):
        self.weight = np.random.randn(n_in, n_out) * np.sqrt(2 / n_in)
        self.bias = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.weight + self.bias

    def backward(self, grad):
        self.grad_weight = self.x.T @ grad
        self.grad_bias = grad.sum(axis=0)
        return grad @ self.weight.T


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask


class ResidualBlock:
    """ y = relu(x + fc2(relu(fc1(x)))) """

    def __init__(self, dim):
        self.fc1 = Linear(dim, dim)
        self.fc2 = Linear(dim, dim)
        self.act1 = self.act2 = ReLU()

    def forward(self, x):
        out = self.act1.forward(self.fc1.forward(x))
        out = self.fc2.forward(out)
        return self.act2.forward(out + x)

    def backward(self, grad):
        grad = self.act2.backward(grad)
        shortcut = grad
        grad = self.fc2.backward(grad)
        grad = self.fc1.backward(self.act1.backward(grad))
        return grad + shortcut

    def layers(self):
        return [self.fc1, self.fc2]


class ResNet:
    def __init__(self, n_in, width, n_blocks, n_out):
        self.stem = Linear(n_in, width)
        self.blocks = [ResidualBlock(width) for _ in range(n_blocks)]
        self.head = Linear(width, n_out)

    def forward(self, x):
        x = self.stem.forward(x)
        for block in self.blocks:
            x = block.forward(x)
        return self.head.forward(x)

    def backward(self, grad):
        grad = self.head.backward(grad)
        for block in reversed(self.blocks):
            grad = block.backward(grad)
        return self.stem.backward(grad)

    def step(self, lr):
        for layer in [self.stem, self.head] + [l for b in self.blocks for l in b.layers()]:
            layer.weight -= lr * layer.grad_weight
            layer.bias -= lr * layer.grad_bias


if __name__ == "__main__":
    np.random.seed(0)
    x = np.random.randn(128, 4)
    y = np.sin(x[:, :1]) + x[:, 1:2] * x[:, 2:3]
    net = ResNet(4, 16, 2, 1)
    for i in range(300):
        diff = net.forward(x) - y
        net.backward(2 * diff / len(x))
        net.step(0.01)
        if i % 100 == 0:
            print(i, (diff ** 2).mean())
