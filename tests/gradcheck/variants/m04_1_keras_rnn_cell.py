import numpy as np


class SimpleRNNCell:
    def __init__(self, input_dim=3, units=4, seed=None):
        generator = np.random.RandomState(seed)
        limit = np.sqrt(6 / (input_dim + units))
        self.units = units
        self.kernel = generator.uniform(-limit, limit, (input_dim, units))
        self.recurrent_kernel = generator.uniform(-limit, limit, (units, units))
        self.bias = np.zeros(units)

    def forward(self, sequence):
        """sequence: (batch, time, features), returns every state"""
        batch, time, _ = sequence.shape
        self.sequence = sequence
        self.states = np.zeros((batch, time + 1, self.units))
        for t in range(time):
            self.states[:, t + 1] = np.tanh(sequence[:, t] @ self.kernel
                                            + self.states[:, t] @ self.recurrent_kernel + self.bias)
        return self.states[:, 1:]

    def backward(self, upstream):
        for name in ("kernel", "recurrent_kernel", "bias"):
            setattr(self, name + "_gradient", np.zeros_like(getattr(self, name)))
        sequence_gradient = np.empty_like(self.sequence)
        carry = 0.0
        for t in reversed(range(upstream.shape[1])):
            local = (upstream[:, t] + carry) * (1 - self.states[:, t + 1] ** 2)
            self.kernel_gradient += self.sequence[:, t].T @ local
            self.recurrent_kernel_gradient += self.states[:, t].T @ local
            self.bias_gradient += local.sum(axis=0)
            sequence_gradient[:, t] = local @ self.kernel.T
            carry = local @ self.recurrent_kernel.T
        return sequence_gradient
