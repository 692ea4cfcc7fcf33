"""A user's hand-written classes are looked at before they train: derivatives, and whether networks share a stack."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.kit.plugins import forgotten

from twinprop.config import plugins, registry
from twinprop.config.schema import Config, choice_class
from twinprop.data.digits import Digits
from twinprop.learners.first_use import doubts, unstackable
from twinprop.models.mlp import MLP
from twinprop.scratch.optimizers import SGD

TEXT = """
import numpy as np
import torch
import twinprop
from twinprop.scratch import Activation, Loss, Optimizer
from twinprop.scratch.losses import one_hot

class Base(Activation):
    factor = 1

    def forward(self, z, training=False):
        self.z = z
        return abs(z)

    def backward(self, da, need_dx=True):
        return self.factor * da * np.sign(self.z)

@twinprop.activation("right", torch="torch.nn:Identity")
class Right(Base): ...

@twinprop.activation("twice", torch="torch.nn:Identity")
class Twice(Base):
    factor = 2

@twinprop.activation("breaks")
class Breaks(Base):
    def backward(self, da, need_dx=True):
        return da * self.nothing

@twinprop.activation("centred")
class Centred(Base):
    def forward(self, z, training=False):
        return z - z.mean(0)

    def backward(self, da, need_dx=True):
        return da - da.mean(0)

@twinprop.activation("first")
class First(torch.nn.Module):
    def forward(self, z):
        return z - z[0]

@twinprop.loss("squares", torch=torch.nn.Module)
class Squares(Loss):
    def forward(self, outputs, targets):
        self.d = outputs - one_hot(targets, outputs)
        return (self.d * self.d).sum() / len(self.d)

    def backward(self):
        return self.d / len(self.d)

@twinprop.optimizer("plain", torch="torch.optim:SGD")
class Plain(Optimizer):
    def update(self, p, g, state, t):
        p -= self.lr * g

@twinprop.optimizer("normed", torch="torch.optim:SGD")
class Normed(Optimizer):
    def update(self, p, g, state, t):
        p -= self.lr * g / np.linalg.norm(g)
"""


@pytest.fixture(autouse=True)
def apart(tmp_path: Path) -> Iterator[None]:
    with forgotten():
        (tmp_path / "own.py").write_text(TEXT)
        plugins.load(str(tmp_path / "own.py"))
        yield


def config(activation: str = "relu", backend: str = "scratch", optimizer: str = "", loss: str = "mse") -> Config:
    rule = registry.OPTIMIZERS[optimizer].scratch(lr=0.1) if optimizer else SGD(lr=0.1)
    model = MLP(depth=1, width=3, activation=activation, backend=backend)
    return Config(data=Digits(), model=model, optimizer=rule, loss=choice_class("loss", loss)())


def test_a_right_derivative_is_not_mentioned() -> None:
    assert list(doubts(config("right"), (2,), 2)) == []


def test_a_wrong_derivative_is_told_once() -> None:
    (told,) = doubts(config("twice"), (2,), 2)
    assert told.startswith("model.activation=twice (own.py:21): backward is not the derivative of forward")
    assert list(doubts(config("twice"), (2,), 2)) == []
    (told,) = doubts(config(loss="squares"), (2,), 2)
    assert told.startswith("loss=squares (own.py:")


def test_only_what_trains_by_hand_is_looked_at() -> None:
    assert list(doubts(config("twice", "torch"), (2,), 2)) == []


def test_what_cannot_be_looked_at_is_told() -> None:
    (told,) = doubts(config("breaks"), (2,), 2)
    assert "cannot be checked (AttributeError: 'Breaks' object has no attribute 'nothing')" in told


@pytest.mark.parametrize(
    ("chosen", "alone"),
    [
        ({"activation": "right"}, ""),
        ({"activation": "right", "backend": "torch"}, ""),
        ({"activation": "centred"}, "centred does not work on several networks"),
        ({"activation": "first", "backend": "torch"}, "first does not work on several networks"),
        ({"loss": "squares", "backend": "torch"}, "loss=squares in PyTorch takes no reduction='none'"),
        ({"loss": "squares"}, "loss=squares does not work on several networks"),
        ({"optimizer": "plain"}, ""),
        ({"optimizer": "normed"}, "optimizer=normed does not work on several networks"),
    ],
)
def test_what_gives_other_numbers_side_by_side_trains_alone(chosen: dict[str, Any], alone: str) -> None:
    assert unstackable(config(**chosen), (2,), 2).startswith(alone)
    assert bool(unstackable(config(**chosen), (2,), 2)) == bool(alone)
