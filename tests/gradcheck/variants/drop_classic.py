import numpy as np


def make_mask(shape, p, seed):
    state = np.random.get_state()
    np.random.seed(seed)
    m = np.random.uniform(size=shape) > p
    np.random.set_state(state)
    return m


class ClassicDropoutLinear:
    """
    Original dropout (Srivastava 2014): at train time units are only switched
    off, at test time the activations are multiplied by (1-p).
    The dropped input then goes through a linear map.
    """

    def __init__(self, in_dim, out_dim, p=0.4, seed=11):
        self.W = np.random.randn(in_dim, out_dim)
        self.p, self.seed = p, seed
        self.memory = []

    def forward(self, x, mode='train'):
        if mode == 'test':
            return (x * (1 - self.p)) @ self.W
        mask = make_mask(x.shape, self.p, self.seed)
        dropped = x * mask
        self.memory = [mask, dropped]
        return dropped @ self.W

    def backward(self, dout):
        mask, dropped = self.memory
        self.gradW = dropped.T @ dout
        ddropped = dout @ self.W.T
        return ddropped * mask / (1 - self.p)


if __name__ == '__main__':
    L = ClassicDropoutLinear(5, 2)
    x = np.random.randn(3, 5)
    print('train', L.forward(x))
    print('dx', L.backward(np.ones((3, 2))))
    print('test ', L.forward(x, mode='test'))
