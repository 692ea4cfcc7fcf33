"""Linear softmax policy with the clipped surrogate loss of PPO (no entropy bonus, no critic)."""
import numpy as np


class PPOPolicy:
    def __init__(self, n_state=4, n_action=3, clip=0.2):
        self.W = np.random.randn(n_state, n_action) * 0.5
        self.b = np.zeros(n_action)
        self.clip = clip

    def probs(self, states):
        s = states @ self.W + self.b
        e = np.exp(s - s.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def surrogate(self, states, actions, old_logp, advantages):
        n = len(actions)
        self.states, self.actions, self.adv = states, actions, advantages
        self.pi = self.probs(states)
        logp = np.log(self.pi[np.arange(n), actions])
        self.ratio = np.exp(logp - old_logp)
        plain = self.ratio * advantages
        clipped = np.clip(self.ratio, 1 - self.clip, 1 + self.clip) * advantages
        self.used = plain <= clipped
        return -np.minimum(plain, clipped).mean()

    def backward(self):
        n = len(self.actions)
        d_ratio = -np.where(self.used, self.adv, 0.0) / n
        d_logp = d_ratio * self.ratio
        onehot = np.zeros_like(self.pi)
        onehot[np.arange(n), self.actions] = 1
        d_score = d_logp[:, None] * (onehot - self.pi)
        return {"W": self.states.T @ d_score, "b": d_score.sum(axis=0)}
