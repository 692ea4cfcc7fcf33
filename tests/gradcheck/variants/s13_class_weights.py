import numpy as np


class WeightedCrossEntropyLoss:
    """
    Cross entropy for imbalanced classes, the same as torch.nn.CrossEntropyLoss(weight=...):
    every sample counts as much as the weight of its class says.

    logits: (N, C), labels: (N,) integers
    """

    def __init__(self, weight=(1.0, 0.5, 2.5)):
        self.weight = np.asarray(weight, dtype=float)

    def forward(self, logits, labels):
        self.labels = labels
        shifted = logits - np.max(logits, axis=1, keepdims=True)
        log_z = np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
        self.log_probs = shifted - log_z
        rows = np.arange(len(labels))
        w = self.weight[labels]
        return -np.sum(w * self.log_probs[rows, labels]) / np.sum(w)

    def backward(self):
        rows = np.arange(len(self.labels))
        grad = np.exp(self.log_probs)
        grad[rows, self.labels] -= 1
        grad = grad * self.weight
        return grad / np.sum(self.weight[self.labels])


def inverse_frequency(labels, n_classes):
    counts = np.bincount(labels, minlength=n_classes)
    return len(labels) / (n_classes * np.maximum(counts, 1))


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    labels = rng.choice(3, size=200, p=[0.8, 0.15, 0.05])
    X = rng.normal(size=(200, 2)) + np.array([[0, 0], [2, 0], [0, 2]])[labels]
    X = np.hstack([X, np.ones((200, 1))])
    W = np.zeros((3, 3))
    criterion = WeightedCrossEntropyLoss(inverse_frequency(labels, 3))
    for step in range(100):
        loss = criterion.forward(X @ W, labels)
        W -= 0.5 * X.T @ criterion.backward()
    print("loss", loss)
    for c in range(3):
        print("recall", c, np.mean((X @ W).argmax(1)[labels == c] == c))
