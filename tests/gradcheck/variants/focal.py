import numpy as np


class FocalLoss:
    """binary focal loss on logits, labels 0/1;   FL = - alpha_t (1 - p_t)^gamma log p_t"""

    def __init__(self, gamma=2.0, alpha=0.25, reduction='mean'):
        self.gamma, self.alpha = gamma, alpha
        self.reduction = reduction

    def _pt(self, logits, y):
        sign = 2 * y - 1                  # +1 / -1
        pt = 1 / (1 + np.exp(-sign * logits))
        return sign, np.clip(pt, 1e-9, 1 - 1e-9)

    def forward(self, logits, y):
        self.logits, self.y = logits, y
        _, pt = self._pt(logits, y)
        at = np.where(y == 1, self.alpha, 1 - self.alpha)
        fl = -at * (1 - pt) ** self.gamma * np.log(pt)
        return fl.mean() if self.reduction == 'mean' else fl.sum()

    def backward(self):
        sign, pt = self._pt(self.logits, self.y)
        at = np.where(self.y == 1, self.alpha, 1 - self.alpha)
        g = self.gamma
        # d/dpt, then dpt/dlogit = sign * pt * (1-pt)
        dpt = at * (g * (1 - pt) ** (g - 1) * np.log(pt) - (1 - pt) ** g / pt)
        dlogits = dpt * sign * pt * (1 - pt)
        if self.reduction == 'mean':
            dlogits = dlogits / dlogits.size
        return dlogits


if __name__ == '__main__':
    y = np.array([1, 0, 0, 1, 0])
    s = np.zeros(5)
    loss = FocalLoss()
    for i in range(50):
        v = loss.forward(s, y)
        s = s - 20 * loss.backward()
    print(v, s)
