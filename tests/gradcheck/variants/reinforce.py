import numpy as np


class PolicyNet:
    """REINFORCE with a 2 layer softmax policy"""

    def __init__(self, n_obs=4, n_hidden=8, n_actions=3, seed=0):
        rng = np.random.default_rng(seed)
        self.model = {
            'W1': rng.standard_normal((n_hidden, n_obs)) / np.sqrt(n_obs),
            'W2': rng.standard_normal((n_actions, n_hidden)) / np.sqrt(n_hidden),
        }

    def policy_forward(self, x):
        h = x @ self.model['W1'].T
        h = np.maximum(h, 0)
        logits = h @ self.model['W2'].T
        logits = logits - logits.max(axis=1, keepdims=True)
        p = np.exp(logits)
        return p / p.sum(axis=1, keepdims=True), h

    def loss(self, states, actions, advantages):
        p, _ = self.policy_forward(states)
        logp = np.log(p[np.arange(len(actions)), actions])
        return -np.sum(logp * advantages)

    def backward(self, states, actions, advantages):
        """gradient of loss() for a whole episode"""
        p, h = self.policy_forward(states)
        onehot = np.eye(p.shape[1])[actions]
        dlogits = (onehot - p) * advantages[:, None]
        dW2 = dlogits.T @ h
        dh = dlogits @ self.model['W2']
        dh[h <= 0] = 0
        dW1 = dh.T @ states
        return {'W1': dW1, 'W2': dW2}

    def update(self, grads, lr=1e-2):
        for k in self.model:
            self.model[k] -= lr * grads[k]


def discount_rewards(r, gamma=0.99):
    out = np.zeros(len(r))
    running = 0.0
    for t in reversed(range(len(r))):
        running = running * gamma + r[t]
        out[t] = running
    return out - out.mean()
