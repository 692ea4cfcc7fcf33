import numpy as np

class TwoLayers:
    def __init__(self, D, H, K):
        self.W1 = 0.1 * np.random.randn(D, H)
        self.b1 = np.zeros((1, H))
        self.W2 = 0.1 * np.random.randn(H, K)
        self.b2 = np.zeros((1, K))

    def scores(self, X):
        self.X = X
        self.hidden = np.maximum(0, X @ self.W1 + self.b1)
        return self.hidden @ self.W2 + self.b2

    def fit_slopes(self, dscores):
        self.gW2 = self.hidden.T @ dscores
        self.gb2 = dscores.sum(axis=0, keepdims=True)
        dh = dscores @ self.W2.T
        dh[self.hidden <= 0] = 0
        self.gW1 = self.X.T @ dh
        self.gb1 = dh.sum(axis=0, keepdims=True)

N, D, K = 100, 2, 3
X = np.zeros((N * K, D))
y = np.zeros(N * K, dtype="uint8")
for j in range(K):
    ix = range(N * j, N * (j + 1))
    r = np.linspace(0.0, 1, N)
    t = np.linspace(j * 4, (j + 1) * 4, N) + np.random.randn(N) * 0.2
    X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
    y[ix] = j
model = TwoLayers(D, 10, K)
step_size = 1.0
for i in range(1000):
    s = model.scores(X)
    exp_s = np.exp(s)
    probs = exp_s / np.sum(exp_s, axis=1, keepdims=True)
    loss = np.mean(-np.log(probs[range(len(X)), y]))
    if i % 100 == 0:
        print("iteration", i, loss)
    dscores = probs
    dscores[range(len(X)), y] -= 1
    dscores /= len(X)
    model.fit_slopes(dscores)
    model.W1 += -step_size * model.gW1
    model.b1 += -step_size * model.gb1
    model.W2 += -step_size * model.gW2
    model.b2 += -step_size * model.gb2
