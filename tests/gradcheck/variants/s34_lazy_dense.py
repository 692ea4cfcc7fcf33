import numpy as np


class Dense:
    """Like Keras: only the number of units is given, the weights are built when the first batch arrives."""

    def __init__(self, units, activation=None, random_state=None):
        self.units = units
        self.activation = activation
        self.rng = np.random.default_rng(random_state)
        self.built = False
        self.kernel = None
        self.bias = None

    def build(self, input_dim):
        limit = np.sqrt(6 / (input_dim + self.units))
        self.kernel = self.rng.uniform(-limit, limit, (input_dim, self.units))
        self.bias = np.zeros(self.units)
        self.built = True

    def forward(self, inputs):
        if not self.built:
            self.build(inputs.shape[-1])
        self.inputs = inputs
        z = inputs @ self.kernel + self.bias
        self.output = np.tanh(z) if self.activation == "tanh" else z
        return self.output

    def backward(self, upstream):
        if self.activation == "tanh":
            upstream = upstream * (1 - self.output ** 2)
        self.dkernel = self.inputs.T @ upstream
        self.dbias = np.mean(upstream, axis=0)
        return upstream @ self.kernel.T


class MSE:
    def forward(self, pred, true):
        self.diff = pred - true
        return np.mean(self.diff ** 2)

    def backward(self):
        return 2 * self.diff / self.diff.size


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 4))
    y = np.tanh(x @ rng.normal(size=(4, 1)) + 0.7)
    model = [Dense(6, "tanh", 1), Dense(1, random_state=2)]
    mse = MSE()
    for epoch in range(300):
        out = x
        for layer in model:
            out = layer.forward(out)
        loss = mse.forward(out, y)
        grad = mse.backward()
        for layer in reversed(model):
            grad = layer.backward(grad)
            layer.kernel -= 0.2 * layer.dkernel
            layer.bias -= 0.2 * layer.dbias
    print("loss", loss)
