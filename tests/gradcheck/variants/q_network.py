import random
from collections import deque

import numpy as np


class QNetwork:
    """ Q-function with one hidden layer for a toy grid world """

    def __init__(self, n_states, n_hidden, n_actions, alpha=0.05, gamma=0.9):
        self.W1 = np.random.uniform(-0.5, 0.5, (n_hidden, n_states))
        self.b1 = np.zeros(n_hidden)
        self.W2 = np.random.uniform(-0.5, 0.5, (n_actions, n_hidden))
        self.b2 = np.zeros(n_actions)
        self.alpha = alpha
        self.gamma = gamma
        self.memory = deque(maxlen=500)

    def q_values(self, s):
        self.s = s
        self.h = np.maximum(0.0, self.W1.dot(s) + self.b1)
        return self.W2.dot(self.h) + self.b2

    def loss(self, s, a, target):
        """ squared TD error, target is held fixed """
        return 0.5 * (self.q_values(s)[a] - target) ** 2

    def gradients(self, s, a, target):
        q = self.q_values(s)
        dq = np.zeros_like(q)
        dq[a] = q[a] - target          # only the chosen action has an error
        dW2 = np.outer(dq, self.h)
        db2 = dq
        dh = self.W2.T.dot(dq)
        dh[self.h <= 0] = 0
        dW1 = np.outer(dh, s)
        db1 = dh
        return dW1, db1, dW2, db2

    def learn(self, s, a, r, s_next, done):
        target = r if done else r + self.gamma * np.max(self.q_values(s_next))
        dW1, db1, dW2, db2 = self.gradients(s, a, target)
        self.W1 -= self.alpha * dW1
        self.b1 -= self.alpha * db1
        self.W2 -= self.alpha * dW2
        self.b2 -= self.alpha * db2

    def act(self, s, eps):
        if random.random() < eps:
            return random.randrange(len(self.b2))
        return int(np.argmax(self.q_values(s)))

    def replay(self, k=16):
        for transition in random.sample(self.memory, min(k, len(self.memory))):
            self.learn(*transition)


def one_hot(i, n):
    v = np.zeros(n)
    v[i] = 1.0
    return v


if __name__ == "__main__":
    n = 6                                    # corridor, reward at the right end
    net = QNetwork(n, 12, 2)
    for episode in range(200):
        pos = 0
        for step in range(30):
            a = net.act(one_hot(pos, n), eps=0.2)
            new = min(n - 1, pos + 1) if a == 1 else max(0, pos - 1)
            done = new == n - 1
            net.memory.append((one_hot(pos, n), a, float(done), one_hot(new, n), done))
            net.replay()
            pos = new
            if done:
                break
    print([net.act(one_hot(i, n), 0) for i in range(n)])
