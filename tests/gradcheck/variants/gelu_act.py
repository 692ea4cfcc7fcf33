import numpy as np

C = np.sqrt(2 / np.pi)


class ActivationBase:
    derivative_cache = None

    def forward(self, z):
        raise NotImplementedError

    def backward(self, upstream):
        return upstream * self.derivative_cache


class Gelu(ActivationBase):
    """tanh approximation used in GPT-2; derivative computed already in forward"""

    def forward(self, z):
        inner = C * (z + 0.044715 * z ** 3)
        th = np.tanh(inner)
        self.derivative_cache = 0.5 * (1 + th) + 0.5 * z * (1 - th ** 2) * C * (1 + 3 * 0.044715 * z ** 2)
        return 0.5 * z * (1 + th)


class Erf(ActivationBase):
    pass  # not finished


if __name__ == '__main__':
    act = Gelu()
    z = np.linspace(-3, 3, 13)
    for zi, yi, di in zip(z, act.forward(z), act.backward(1.0)):
        print(f'{zi:6.2f} {yi:8.4f} {di:8.4f}')
