"""Losses: how wrong the outputs are, and in which direction they should move.

`forward(outputs, targets)` takes outputs and one-hot targets, (..., batch, classes), and returns the
loss of each network, (...). `backward()` returns ∂L/∂outputs.
"""

from __future__ import annotations

from twinprop.arrays.namespace import Array, namespace


class CrossEntropyLoss:
    """L = −(1/n) Σᵢ log softmax(zᵢ)[yᵢ], from logits z: PyTorch's nn.CrossEntropyLoss.

    log softmax(z)[y] = z[y] − m − log Σⱼ e^(zⱼ−m), with m the largest logit: the exponentials never
    overflow, and the logarithm never sees 0.
    """

    def forward(self, outputs: Array, targets: Array) -> Array:
        xp = namespace(outputs)
        shifted = outputs - xp.amax(outputs, -1, keepdims=True)
        e = xp.exp(shifted)
        total = e.sum(-1, keepdims=True)
        self.p, self.targets = e / total, targets
        return (xp.log(total[..., 0]) - (shifted * targets).sum(-1)).sum(-1) / outputs.shape[-2]

    def backward(self) -> Array:
        # ∂L/∂z = (softmax(z) − y) / n
        return (self.p - self.targets) / self.p.shape[-2]


class MSELoss:
    """L = mean over samples and classes of (aᵢⱼ − yᵢⱼ)²: PyTorch's nn.MSELoss."""

    def forward(self, outputs: Array, targets: Array) -> Array:
        self.difference = outputs - targets
        batch, classes = outputs.shape[-2:]
        return (self.difference * self.difference).sum((-2, -1)) / (batch * classes)

    def backward(self) -> Array:
        # ∂L/∂a = 2 (a − y) / (n · classes)
        batch, classes = self.difference.shape[-2:]
        return self.difference * (2 / (batch * classes))
