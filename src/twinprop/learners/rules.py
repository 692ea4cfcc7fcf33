"""How a stack is updated: by one rule for each run of networks whose optimizers differ in numbers only.

Such optimizers become one, whose numbers are arrays with an entry for each network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any, NamedTuple

import numpy as np

from twinprop.arrays.namespace import Array
from twinprop.config.schema import Config
from twinprop.scratch.optimizers import Optimizer


class Rule(NamedTuple):
    """How some networks of a stack are updated.

    Attributes:
        part: their slice of the axis of networks; `...` where there is no such axis.
        optimizer: the rule, with a number or an array (networks, 1) for each argument.
        memory: what it remembers between updates.
    """

    part: Any
    optimizer: Optimizer
    memory: dict[str, Any]

    def holds(self, member: int) -> bool:
        return self.part is ... or self.part.start <= member < self.part.stop

    def place(self, member: int) -> Any:
        """Where its memory of a network is."""
        return ... if self.part is ... else member - self.part.start

    def numbers(self, values: np.ndarray[Any, Any], on_device: Array) -> Any:
        """One number where its networks share it, else an array (networks, 1)."""
        own = values if self.part is ... else values[self.part]
        return float(own[0]) if (own == own[0]).all() else on_device[self.part]


def rules(configs: Sequence[Config], per_member: Callable[[Sequence[Any], int], Any]) -> list[Rule]:
    """The rules of a stack, with nothing in their memory.

    Args:
        configs: one for each network.
        per_member: gives the array for numbers that differ, and the number itself where they do not.
    """
    optimizers = [
        config.optimizer if config.scheduler.moves_momentum() else config.optimizer.stackable() for config in configs
    ]
    return [
        Rule(part if len(configs) > 1 else ..., together(optimizers[part], per_member), {})
        for part in runs([unlike(optimizer) for optimizer in optimizers])
    ]


def together(optimizers: Sequence[Optimizer], per_member: Callable[[Sequence[Any], int], Any]) -> Optimizer:
    """One optimizer for several."""
    numbers: dict[str, Any] = {}
    for item in fields(optimizers[0]):
        values = [getattr(optimizer, item.name) for optimizer in optimizers]
        if isinstance(values[0], tuple):
            numbers[item.name] = tuple(per_member(column, 1) for column in zip(*values, strict=True))
        else:
            numbers[item.name] = per_member(values, 1)
    return replace(optimizers[0], **numbers)


def unlike(optimizer: Optimizer) -> tuple[Any, ...]:
    """What makes two optimizers different rules, and not one with different numbers."""
    return optimizer.name, *(value for value in vars(optimizer).values() if isinstance(value, bool))


def runs(keys: Sequence[Any]) -> list[slice]:
    """The slices in which equal keys stand side by side."""
    starts = [place for place, key in enumerate(keys) if place == 0 or key != keys[place - 1]]
    return [slice(first, last) for first, last in zip(starts, [*starts[1:], len(keys)], strict=True)]
