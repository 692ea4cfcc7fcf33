"""REINFORCE for two actions: loss = -return * log pi(action | state), one step at a time."""
import numpy as np


class ReinforceAgent:
    def __init__(self, n_state=3, n_hidden=4, n_actions=2):
        self.W1 = np.random.randn(n_hidden, n_state)
        self.b1 = np.zeros(n_hidden)
        self.W2 = np.random.randn(n_actions, n_hidden)

    def policy(self, state):
        self.state = state
        self.h = np.maximum(0.1 * (self.W1 @ state + self.b1), self.W1 @ state + self.b1)
        logits = self.W2 @ self.h
        e = np.exp(logits - logits.max())
        return e / e.sum()

    def act_loss(self, state, action, ret):
        self.pi, self.action, self.ret = self.policy(state), action, ret
        return -ret * np.log(self.pi[action])

    def grads(self):
        d_logits = self.ret * self.pi
        d_logits[self.action] -= self.ret
        dh = d_logits @ self.W2
        dz = np.where(self.h > 0, dh, 0.1 * dh)
        return {"W1": np.outer(dz, self.state), "b1": dz, "W2": np.outer(d_logits, self.h)}

    def improve(self, state, action, ret, lr=0.01):
        self.act_loss(state, action, ret)
        for name, g in self.grads().items():
            getattr(self, name)[...] -= lr * g
