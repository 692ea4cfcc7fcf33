"""How long and how a network trains: the keys of `train`, and the plan that follows from them and the data."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from twinprop.fields import choice, number, uncompared


@dataclass
class TrainConfig:
    """How long and how a network trains. Lengths are in epochs unless the name says otherwise."""

    epochs: int = number(30, ge=1)
    steps: int | None = number(None, ge=1)
    batch_size: int | str = number(32, words=("full",), ge=1)
    drop_last: bool = False
    eval_every: int = number(1, ge=1)
    max_grad_norm: float | None = number(None, gt=0)
    patience: int | None = number(None, ge=1)
    keep: str = uncompared("keeping", choice("best", ["best", "last"]))
    checkpoint_every: int | None = number(None, ge=1)
    checkpoint_seconds: float | None = uncompared("keeping", number(50.0, gt=0))
    pictures: bool | None = uncompared("keeping", None)

    @property
    def samples(self) -> int | None:
        """Samples of an update; None is all of them."""
        return None if isinstance(self.batch_size, str) else self.batch_size

    def samples_of(self, split: int) -> int:
        """Samples of an update, of `split` samples in all."""
        return self.samples or split


class Plan(NamedTuple):
    """How long a training is: what schedules are bound to."""

    epochs: int
    steps_per_epoch: int
    total_steps: int

    @classmethod
    def of(cls, train: TrainConfig, train_samples: int) -> Plan:
        """The plan for a training split of `train_samples` samples."""
        batch = train.samples_of(train_samples)
        per_epoch = train_samples // batch if train.drop_last else ceil(train_samples / batch)
        total = train.steps or train.epochs * per_epoch
        return cls(ceil(total / per_epoch), per_epoch, total)

    def intervals(self, interval: str) -> int:
        """Steps or epochs, whichever a schedule counts."""
        return self.total_steps if interval == "step" else self.epochs
