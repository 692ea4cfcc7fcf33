"""The loss of a learner, from its key: by hand with numbers for each network, in PyTorch as its own module."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np

from twinprop.arrays.namespace import Array, like
from twinprop.config import registry
from twinprop.learners.per_member import per_member
from twinprop.scratch.losses import Loss

if TYPE_CHECKING:
    from torch import nn


def scratch_loss(losses: Sequence[Loss], reference: Array) -> Loss:
    """One hand-written loss for networks whose losses differ in numbers only.

    Args:
        losses: one for each network.
        reference: an array of the library, dtype and device of the parameters.
    """
    values = {item.name: [getattr(loss, item.name) for loss in losses] for item in fields(losses[0])}
    return replace(losses[0], **{name: merged(each, reference) for name, each in values.items()})


def merged(values: list[Any], reference: Array) -> Any:
    """A value for all networks: as it is, or an array (networks, 1, 1); of lists (n,), or (networks, 1, n)."""
    lists = [value for value in values if isinstance(value, list | tuple)]
    if not lists:
        return per_member(values, 2, reference)
    if all(value == values[0] for value in values):
        return like(np.array(values[0], float), reference)
    # weights of 1 are none
    rows = [np.ones(len(lists[0])) if value is None else np.array(value, float) for value in values]
    return like(np.stack(rows)[:, None], reference)


def torch_loss(loss: Loss, reference: Any, reduction: str = "mean") -> nn.Module:
    """PyTorch's module of a loss; `reference` is a tensor of the dtype and device of the parameters."""
    arguments = {name: value for name, value in asdict(loss).items() if name != "name"}
    for name, value in arguments.items():
        if isinstance(value, list | tuple):
            arguments[name] = like(np.array(value, float), reference)
    kind = registry.load(registry.LOSSES[loss.name].pytorch)
    if reduction != "mean" or reduces(loss):
        arguments["reduction"] = reduction
    module: nn.Module = kind(**arguments)
    return module


def reduces(loss: Loss) -> bool:
    """Whether PyTorch's module of a loss gives one number for each sample too; a user's may give their mean alone."""
    return "reduction" in signature(registry.load(registry.LOSSES[loss.name].pytorch)).parameters
