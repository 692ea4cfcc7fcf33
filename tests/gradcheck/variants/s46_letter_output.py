import numpy as np


class OutputLayer:
    """
    Last layer of my letter recognition: dense and softmax, for one example.
    backward() gets dL/dp for the probability of the right letter only,
    because the other entries of the gradient are zero.
    """

    def __init__(self, n_in, n_letters):
        self.w = np.random.uniform(-0.5, 0.5, (n_letters, n_in))
        self.b = np.random.uniform(-0.5, 0.5, n_letters)

    def forward(self, x):
        self.x = x
        self.e = np.exp(self.w @ x + self.b)
        self.total = self.e.sum()
        return self.e / self.total

    def backward(self, dL_dp, letter):
        e, S = self.e, self.total
        dp_dt = e[letter] * e / S ** 2
        dp_dt[letter] = e[letter] * (S - e[letter]) / S ** 2
        dL_dt = dL_dp * dp_dt
        dL_dw = np.outer(dL_dt, self.x)
        dL_dx = self.w.T @ dL_dt
        return dL_dx, dL_dw, dL_dt


class LetterNet:
    def __init__(self, n_in, n_letters):
        self.layer = OutputLayer(n_in, n_letters)

    def loss(self, x, letter):
        self.p = self.layer.forward(x)
        return -np.log(self.p[letter])

    def gradients(self, letter):
        return self.layer.backward(-1 / self.p[letter], letter)

    def learn(self, x, letter, rate=0.01):
        value = self.loss(x, letter)
        _, dw, db = self.gradients(letter)
        self.layer.w -= rate * dw
        self.layer.b -= rate * db
        return value


if __name__ == "__main__":
    np.random.seed(9)
    pixels = np.random.rand(26, 16)
    net = LetterNet(16, 26)
    for epoch in range(3):
        errors = []
        for letter in np.random.permutation(26):
            errors.append(net.learn(pixels[letter], letter))
    print("mean loss after training:", np.mean(errors))
