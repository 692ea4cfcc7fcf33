# Advantage actor-critic with a shared hidden layer, numpy only
import numpy as np


class ActorCritic:
    def __init__(self, obs_dim=4, hidden=8, n_actions=3, value_coef=0.5, entropy_coef=0.05, seed=0):
        rng = np.random.RandomState(seed)
        self.value_coef = value_coef
        self.entropy_coef = entropy_coef
        self.params = {
            "W": rng.randn(obs_dim, hidden) * 0.5,
            "b": np.zeros(hidden),
            "Wp": rng.randn(hidden, n_actions) * 0.5,
            "bp": np.zeros(n_actions),
            "Wv": rng.randn(hidden, 1) * 0.5,
            "bv": np.zeros(1),
        }

    def forward(self, states):
        p = self.params
        h = np.tanh(states @ p["W"] + p["b"])
        logits = h @ p["Wp"] + p["bp"]
        logits = logits - logits.max(axis=1, keepdims=True)
        logp = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        values = (h @ p["Wv"] + p["bv"])[:, 0]
        return h, logp, values

    def loss(self, states, actions, advantages, returns):
        """advantages are treated as constants"""
        _, logp, values = self.forward(states)
        chosen = logp[np.arange(len(actions)), actions]
        policy_loss = -np.mean(chosen * advantages)
        value_loss = np.mean((values - returns) ** 2)
        entropy = -np.mean(np.sum(np.exp(logp) * logp, axis=1))
        return policy_loss + self.value_coef * value_loss - self.entropy_coef * entropy

    def gradients(self, states, actions, advantages, returns):
        p = self.params
        n = len(actions)
        h, logp, values = self.forward(states)
        probs = np.exp(logp)

        # policy head
        dlogits = probs.copy()
        dlogits[np.arange(n), actions] -= 1
        dlogits *= advantages[:, None]
        # entropy bonus
        H = -np.sum(probs * logp, axis=1, keepdims=True)
        dlogits -= self.entropy_coef * probs * (logp + H)
        dlogits /= n
        # value head
        dvalues = self.value_coef * 2 * (values - returns)[:, None] / n

        grads = {}
        grads["Wp"] = h.T @ dlogits
        grads["bp"] = dlogits.sum(axis=0)
        grads["Wv"] = h.T @ dvalues
        grads["bv"] = dvalues.sum(axis=0)
        dh = dlogits @ p["Wp"].T + dvalues @ p["Wv"].T
        dpre = dh * (1 - h ** 2)
        grads["W"] = states.T @ dpre
        grads["b"] = dpre.sum(axis=0)
        return grads

    def update(self, batch, lr=1e-2):
        for name, g in self.gradients(*batch).items():
            self.params[name] -= lr * g


if __name__ == "__main__":
    agent = ActorCritic()
    for episode in range(20):
        s = np.random.randn(50, 4)
        _, logp, v = agent.forward(s)
        a = np.array([np.random.choice(3, p=np.exp(l)) for l in logp])
        r = (a == (s[:, 0] > 0)).astype(float)
        agent.update((s, a, r - v, r))
