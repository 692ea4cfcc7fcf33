import numpy as np


class GatedLinearUnit():
    """ GLU: (W x + b) * sigmoid(V x + c), x is a column vector """

    def __init__(self, input_size, output_size):
        self.W = np.random.randn(output_size, input_size)
        self.b = np.random.randn(output_size, 1)
        self.V = np.random.randn(output_size, input_size)
        self.c = np.random.randn(output_size, 1)

    def forward(self, input):
        self.input = input
        self.linear = np.dot(self.W, self.input) + self.b
        self.gate = 1 / (1 + np.exp(-(np.dot(self.V, self.input) + self.c)))
        return self.linear * self.gate

    def backward(self, output_gradient):
        d_linear = output_gradient * self.gate
        d_gate = output_gradient * self.linear * self.gate * (1 - self.gate)
        self.W_grad = np.dot(d_linear, self.input.T)
        self.b_grad = d_linear
        self.V_grad = np.dot(d_gate, self.input.T)
        self.c_grad = d_gate
        return np.dot(self.W.T, d_linear) + np.dot(self.V.T, d_gate)

    def apply(self, learning_rate):
        self.W -= learning_rate * self.W_grad
        self.b -= learning_rate * self.b_grad
        self.V -= learning_rate * self.V_grad
        self.c -= learning_rate * self.c_grad


if __name__ == '__main__':
    np.random.seed(1)
    net = [GatedLinearUnit(2, 6), GatedLinearUnit(6, 1)]
    for epoch in range(300):
        error = 0
        for x in ((0, 0), (0, 1), (1, 0), (1, 1)):
            out = np.reshape(x, (2, 1)).astype(float)
            for layer in net:
                out = layer.forward(out)
            y = (x[0] + x[1]) % 2
            error += float(out[0, 0] - y) ** 2
            grad = 2 * (out - y)
            for layer in reversed(net):
                grad = layer.backward(grad)
                layer.apply(0.02)
    print('error', error / 4)
