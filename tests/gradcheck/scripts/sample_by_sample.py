import numpy as np

class Perceptron2:
    def __init__(self, n_in, n_mid, n_out):
        self.w1 = np.random.uniform(-1, 1, (n_in, n_mid))
        self.w2 = np.random.uniform(-1, 1, (n_mid, n_out))

    def think(self, row):
        self.mid = 1 / (1 + np.exp(-row.dot(self.w1)))
        self.out = 1 / (1 + np.exp(-self.mid.dot(self.w2)))

    def learn_from(self, row, miss, pace):
        d2 = miss * self.out * (1 - self.out)
        d1 = self.w2.dot(d2) * self.mid * (1 - self.mid)
        self.w2 += pace * np.outer(self.mid, d2)
        self.w1 += pace * np.outer(row, d1)

def run_all(samples, wanted, turns):
    brain = Perceptron2(3, 5, 2)
    for turn in range(turns):
        for k in range(len(samples)):
            brain.think(samples[k])
            miss = wanted[k] - brain.out
            brain.learn_from(samples[k], miss, 0.2)
    return brain

if __name__ == "__main__":
    inputs = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    outputs = np.array([[0, 1], [1, 0], [1, 0], [0, 1]])
    run_all(inputs, outputs, 5000)
