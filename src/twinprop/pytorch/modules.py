"""A torch.nn.Module from a model's list of layers, starting from the same weights as its twin."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import one_hot

from twinprop.scratch.dropout import dropout_scale, noise


class Random(nn.Module):
    """A module with the random numbers that the hand-written twin draws, so that the twins can be compared."""

    def __init__(self, index: int) -> None:
        super().__init__()
        self.index = index
        self.seed = self.step = 0


class Noise(Random):
    """Normal noise of standard deviation `std`, added in training."""

    def __init__(self, std: float, index: int) -> None:
        super().__init__(index)
        self.std = std

    def forward(self, x: Tensor) -> Tensor:
        return x + noise(x, self.std, (self.seed,), self.step, self.index) if self.training else x


class Dropout(Random):
    """nn.Dropout with the mask of the hand-written twin."""

    def __init__(self, p: float, index: int) -> None:
        super().__init__(index)
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        scaled: Tensor = x * dropout_scale(x, self.p, (self.seed,), self.step, self.index)
        return scaled


class RNN(nn.RNN):
    """nn.RNN over (batch, time, features) that gives its outputs alone."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__(input_size, hidden_size, batch_first=True)

    def forward(self, input: Tensor) -> Tensor:  # type: ignore[override]
        outputs: Tensor = super().forward(input)[0]
        return outputs


class LSTM(nn.LSTM):
    """nn.LSTM in the same way."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__(input_size, hidden_size, batch_first=True)

    def forward(self, input: Tensor) -> Tensor:  # type: ignore[override]
        outputs: Tensor = super().forward(input)[0]
        return outputs


class GRU(nn.GRU):
    """nn.GRU in the same way."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__(input_size, hidden_size, batch_first=True)

    def forward(self, input: Tensor) -> Tensor:  # type: ignore[override]
        outputs: Tensor = super().forward(input)[0]
        return outputs


class LastStep(nn.Module):
    """The last element of a sequence (..., time, features)."""

    def forward(self, x: Tensor) -> Tensor:
        return x[..., -1, :]


class Softmax(nn.Softmax):
    """nn.Softmax over the features."""

    def __init__(self) -> None:
        super().__init__(dim=-1)


def rows(target: Tensor, input: Tensor) -> Tensor:
    """Targets as rows like those of `input`: of classes one-hot, of numbers with the one that there is."""
    return target[..., None] if target.is_floating_point() else one_hot(target, input.shape[-1]).to(input.dtype)


class MSELoss(nn.MSELoss):
    """nn.MSELoss against numbers, or one-hot classes."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return super().forward(input, rows(target, input))


class L1Loss(nn.L1Loss):
    """nn.L1Loss in the same way."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return super().forward(input, rows(target, input))


class HuberLoss(nn.HuberLoss):
    """nn.HuberLoss in the same way."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return super().forward(input, rows(target, input))
