"""Fully connected layers in many styles."""

import numpy as np

ARGS = {
    "Rows": "4 3", "Columns": "4 3", "OutFirst": "4 3", "Book": "4 3", "Rate": "4 3", "OwnRate": "4 3", "InDict": "4 3",
    "InTuple": "4 3", "Homogeneous": "4 3", "Cached": "4 3", "Vector": "4 3", "OneColumn": "4 3", "WithTanh": "4 3",
    "WithSigmoid": "4 3", "WithRelu": "4 3", "Einsum": "4 3", "Residual": "4", "Scale": "4", "Bilinear": "4 3",
    "Accumulating": "4 3", "TwoBranches": "4 3",
}  # fmt: skip


class Rows:
    def __init__(self, i, o):
        self.W, self.b = np.random.randn(i, o), np.zeros(o)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy):
        self.dW = self.x.T @ dy
        self.db = dy.sum(axis=0)
        return dy @ self.W.T


class Columns:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_out, n_in) * 0.5
        self.b = np.zeros((n_out, 1))

    def forward(self, X):
        self.X = X
        Z = np.dot(self.W, X) + self.b
        return Z

    def backward(self, dZ):
        self.dW = np.dot(dZ, self.X.T)
        self.db = np.sum(dZ, axis=1, keepdims=True)
        dX = np.dot(self.W.T, dZ)
        return dX


class OutFirst:
    def __init__(self, in_features, out_features):
        self.weight = np.random.normal(size=(out_features, in_features))
        self.bias = np.random.normal(size=out_features)
        self.weight_grad = None
        self.bias_grad = None

    def forward(self, input):
        self.input = input
        return input @ self.weight.T + self.bias

    def backward(self, grad_output):
        self.weight_grad = grad_output.T @ self.input
        self.bias_grad = grad_output.sum(axis=0)
        return grad_output @ self.weight


class Book:
    def __init__(self, n_inputs, n_neurons):
        self.weights = 0.1 * np.random.randn(n_inputs, n_neurons)
        self.biases = np.zeros((1, n_neurons))

    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues):
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        self.dinputs = np.dot(dvalues, self.weights.T)


class Rate:
    def __init__(self, input_size, output_size):
        self.weights = np.random.rand(input_size, output_size) - 0.5
        self.bias = np.random.rand(1, output_size) - 0.5

    def forward_propagation(self, input_data):
        self.input = input_data
        self.output = np.dot(self.input, self.weights) + self.bias
        return self.output

    def backward_propagation(self, output_error, learning_rate):
        input_error = np.dot(output_error, self.weights.T)
        weights_error = np.dot(self.input.T, output_error)
        bias_error = np.sum(output_error, axis=0, keepdims=True)
        self.weights -= learning_rate * weights_error
        self.bias -= learning_rate * bias_error
        return input_error


class OwnRate:
    def __init__(self, i, o):
        self.w = np.random.randn(i, o)
        self.b = np.random.randn(o)
        self.lr = 0.05

    def forward(self, x):
        self.x = x
        return x.dot(self.w) + self.b

    def backward(self, grad):
        dx = grad.dot(self.w.T)
        dw = self.x.T.dot(grad)
        db = grad.sum(axis=0)
        self.w = self.w - self.lr * dw
        self.b = self.b - self.lr * db
        return dx


class InDict:
    def __init__(self, i, o):
        self.params = {"W": np.random.randn(i, o), "b": np.zeros(o)}
        self.grads = {"W": np.zeros((i, o)), "b": np.zeros(o)}

    def forward(self, x):
        self.cache = x
        return x @ self.params["W"] + self.params["b"]

    def backward(self, dout):
        x = self.cache
        self.grads["W"] = x.T @ dout
        self.grads["b"] = np.sum(dout, axis=0)
        return dout @ self.params["W"].T


class InTuple:
    def __init__(self, i, o):
        self.W, self.b = np.random.randn(i, o), np.random.randn(o)

    def forward(self, x):
        self.x = x
        return np.matmul(x, self.W) + self.b

    def backward(self, d):
        dx = np.matmul(d, self.W.T)
        dW = np.matmul(self.x.T, d)
        db = d.sum(axis=0)
        return dx, dW, db


class Homogeneous:
    """The bias is a row of the weights, as in CMU's early homework."""

    def __init__(self, i, o):
        self.W = np.random.randn(i + 1, o)

    def forward(self, x):
        self.xb = np.hstack([x, np.ones((len(x), 1))])
        return self.xb @ self.W

    def backward(self, delta):
        self.dW = self.xb.T @ delta
        return delta @ self.W[:-1].T


class Cached:
    """forward returns a cache that backward is given."""

    def __init__(self, i, o):
        self.W, self.b = np.random.randn(i, o), np.random.randn(o)

    def forward(self, x):
        out = x @ self.W + self.b
        return out, (x, out)

    def backward(self, dout, cache):
        x, out = cache
        dx = dout @ self.W.T
        dW = x.T @ dout
        db = dout.sum(axis=0)
        return dx, {"W": dW, "b": db}


class Vector:
    """One sample as a vector."""

    def __init__(self, i, o):
        self.W, self.b = np.random.randn(o, i), np.zeros(o)

    def forward(self, a):
        self.a = a
        return self.W.dot(a) + self.b

    def backprop(self, dC_dz):
        self.dW = np.outer(dC_dz, self.a)
        self.db = dC_dz
        return self.W.T.dot(dC_dz)


class OneColumn:
    def __init__(self, i, o):
        self.W, self.b = np.random.randn(o, i), np.random.randn(o, 1)

    def feedforward(self, a):
        assert a.shape[1] == 1
        self.a_in = a
        return np.dot(self.W, a) + self.b

    def backprop(self, delta):
        self.nabla_b = delta
        self.nabla_w = np.dot(delta, self.a_in.transpose())
        return np.dot(self.W.transpose(), delta)


class WithTanh:
    def __init__(self, i, o):
        self.W, self.b = np.random.randn(i, o) * 0.4, np.zeros(o)

    def forward(self, x):
        self.x = x
        self.z = x @ self.W + self.b
        self.a = np.tanh(self.z)
        return self.a

    def backward(self, da):
        dz = da * (1 - self.a**2)
        self.dW = self.x.T @ dz
        self.db = dz.sum(axis=0)
        return dz @ self.W.T


class WithSigmoid:
    def __init__(self, i, o):
        self.weights, self.bias = np.random.randn(o, i), np.zeros((o, 1))

    @staticmethod
    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    def forward(self, A_prev):
        self.A_prev = A_prev
        self.Z = self.weights @ A_prev + self.bias
        self.A = self.sigmoid(self.Z)
        return self.A

    def backward(self, dA):
        dZ = dA * self.A * (1 - self.A)
        self.grad_weights = dZ @ self.A_prev.T
        self.grad_bias = dZ.sum(axis=1, keepdims=True)
        return self.weights.T @ dZ


class WithRelu:
    def __init__(self, i, o):
        self.W, self.b = np.random.randn(i, o), 0.1 * np.ones(o)

    def forward(self, x):
        self.x = x
        self.pre = x @ self.W + self.b
        return np.maximum(0, self.pre)

    def backward(self, dout):
        dpre = dout * (self.pre > 0)
        self.gradW = self.x.T @ dpre
        self.gradb = dpre.sum(axis=0)
        return dpre @ self.W.T


class Einsum:
    def __init__(self, i, o):
        self.W = np.random.randn(i, o)

    def forward(self, x):
        self.x = x
        return np.einsum("ni,io->no", x, self.W)

    def backward(self, dy):
        self.dW = np.einsum("ni,no->io", self.x, dy)
        return np.einsum("no,io->ni", dy, self.W)


class Residual:
    """x + tanh(x W)."""

    def __init__(self, n):
        self.W = 0.5 * np.random.randn(n, n)

    def forward(self, x):
        self.x = x
        self.h = np.tanh(x @ self.W)
        return x + self.h

    def backward(self, dy):
        dz = dy * (1 - self.h**2)
        self.dW = self.x.T @ dz
        dx = dz @ self.W.T
        dx += dy
        return dx


class Scale:
    def __init__(self, n):
        self.gamma, self.beta = np.random.randn(n), np.zeros(n)

    def forward(self, x):
        self.x = x
        return self.gamma * x + self.beta

    def backward(self, dy):
        self.dgamma = (dy * self.x).sum(axis=0)
        self.dbeta = dy.sum(axis=0)
        return dy * self.gamma


class Bilinear:
    """(x A) * (x B)."""

    def __init__(self, i, o):
        self.A, self.B = np.random.randn(i, o), np.random.randn(i, o)

    def forward(self, x):
        self.x = x
        self.u, self.v = x @ self.A, x @ self.B
        return self.u * self.v

    def backward(self, dy):
        du = dy * self.v
        dv = dy * self.u
        self.dA = self.x.T @ du
        self.dB = self.x.T @ dv
        dx = du @ self.A.T
        dx += dv @ self.B.T
        return dx


class Accumulating:
    def __init__(self, i, o):
        self.W, self.b = np.random.randn(i, o), np.random.randn(o)
        self.dW, self.db = np.zeros((i, o)), np.zeros(o)

    def zero_grad(self):
        self.dW[:], self.db[:] = 0, 0

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy):
        self.dW += self.x.T @ dy
        self.db += dy.sum(axis=0)
        return dy @ self.W.T


class TwoBranches:
    """tanh(x U) + sigmoid(x V)."""

    def __init__(self, i, o):
        self.U, self.V = np.random.randn(i, o), np.random.randn(i, o)

    def forward(self, x):
        self.x = x
        self.t = np.tanh(x @ self.U)
        self.s = 1 / (1 + np.exp(-(x @ self.V)))
        return self.t + self.s

    def backward(self, dy):
        dt = dy * (1 - self.t**2)
        ds = dy * self.s * (1 - self.s)
        dU, dV = np.zeros_like(self.U), np.zeros_like(self.V)
        dU += self.x.T @ dt
        dV += self.x.T @ ds
        self.dU, self.dV = dU, dV
        dx = dt @ self.U.T
        dx += ds @ self.V.T
        return dx
