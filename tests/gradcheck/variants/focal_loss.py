import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def focal_loss_forward(logits, targets, gamma=2.0, alpha=0.25):
    """Binary focal loss (RetinaNet), logits and targets have the same shape."""
    p = sigmoid(logits)
    pt = np.where(targets == 1, p, 1 - p)
    at = np.where(targets == 1, alpha, 1 - alpha)
    loss = -at * (1 - pt) ** gamma * np.log(pt)
    cache = (pt, at, targets, gamma)
    return loss.mean(), cache


def focal_loss_backward(cache):
    pt, at, targets, gamma = cache
    # d loss / d pt
    dpt = at * (gamma * (1 - pt) ** (gamma - 1) * np.log(pt) - (1 - pt) ** gamma / pt)
    # d pt / d logit : +p(1-p) for positives, -p(1-p) for negatives
    sign = np.where(targets == 1, 1.0, -1.0)
    dlogits = dpt * sign * pt * (1 - pt)
    return dlogits / pt.size


if __name__ == '__main__':
    z = np.array([0.3, -1.2, 2.0, 0.1])
    t = np.array([1, 0, 1, 0])
    l, c = focal_loss_forward(z, t)
    print(l, focal_loss_backward(c))
