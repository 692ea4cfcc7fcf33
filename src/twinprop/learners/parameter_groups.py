"""Parameter groups of a stack: networks whose optimizers differ in numbers only are updated by one rule.

Such optimizers become one, whose numbers are arrays with an entry for each network. As in torch.optim, a group has
its own hyperparameters and its own state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from numpy.typing import NDArray

from twinprop.arrays.namespace import Array, namespace
from twinprop.config.schema import Config
from twinprop.learners.per_member import consecutive, per_member
from twinprop.scratch.optimizers import Optimizer


@dataclass
class ParameterGroup:
    """Networks that are side by side in a stack, and how they are updated.

    Attributes:
        networks: their slice of the axis of networks.
        optimizer: the rule, with a number or an array (networks, 1) for each argument.
        state: what it remembers between updates: for each name, an array (networks, n) for each part of the parameters.
    """

    networks: slice
    optimizer: Optimizer
    state: dict[str, list[Array]] = field(default_factory=dict)

    def own(self, values: NDArray[Any], on_device: Array) -> Any:
        """Of values (networks,), one number where those of the group are equal, else their array (networks, 1)."""
        own = values[self.networks]
        return float(own[0]) if (own == own[0]).all() else on_device[self.networks]


class ParameterGroups:
    """The optimizers of a stack, as one.

    Args:
        configs: one for each network.
        reference: an array of the library, dtype and device of the parameters.
    """

    def __init__(self, configs: Sequence[Config], reference: Array) -> None:
        self.moves_momentum = any(config.scheduler.moves_momentum() for config in configs)
        optimizers = [
            config.optimizer if config.scheduler.moves_momentum() else config.optimizer.stackable()
            for config in configs
        ]
        kinds = [kind_of(optimizer) for optimizer in optimizers]
        self.groups = [ParameterGroup(s, merged(optimizers[s], reference)) for s in consecutive(kinds)]
        # a network without momentum among others has room for it, which its own state leaves out
        self.own_names = [
            None if config.scheduler.moves_momentum() else config.optimizer.state_names() for config in configs
        ]

    def init_state(self, parts: Sequence[Array]) -> None:
        """Remember zeros, for parameters that lie in parts (networks, n)."""
        for group in self.groups:
            for name in group.optimizer.state_names():
                group.state[name] = [namespace(part).zeros_like(part[group.networks]) for part in parts]

    def step(self, network: Any) -> None:
        """Update the parameters of a hand-written stack from its gradients."""
        network.steps += 1
        self.update(network.parts, network.gradient_parts, network.steps)

    def update(self, parts: Sequence[Array], gradients: Sequence[Array], t: int) -> None:
        """Do update number t = 1, 2, ... to the parts in place."""
        for group in self.groups:
            for number, (p, g) in enumerate(zip(parts, gradients, strict=True)):
                state = {name: values[number] for name, values in group.state.items()}
                group.optimizer.update(p[group.networks], g[group.networks], state, t)

    def set_rates(self, rates: NDArray[Any], momenta: NDArray[Any], on_device: Sequence[Array]) -> None:
        """Give each group the rates and momenta (networks,) of the next update; on the device, (networks, 1)."""
        for group in self.groups:
            optimizer = group.optimizer
            optimizer.lr = group.own(rates, on_device[0])
            if self.moves_momentum and optimizer.scheduled_momentum is not None:
                optimizer.scheduled_momentum = group.own(momenta, on_device[1])

    def of(self, member: int) -> tuple[ParameterGroup, int, list[str]]:
        """The group of a network, its place in it, and the names of the state that is its own."""
        group = next(g for g in self.groups if g.networks.start <= member < g.networks.stop)
        own = self.own_names[member]
        return group, member - group.networks.start, [name for name in group.state if own is None or name in own]


def merged(optimizers: Sequence[Optimizer], reference: Array) -> Optimizer:
    """One optimizer for several."""
    numbers: dict[str, Any] = {}
    for item in fields(optimizers[0]):
        values = [getattr(optimizer, item.name) for optimizer in optimizers]
        if isinstance(values[0], tuple):
            numbers[item.name] = tuple(per_member(column, 1, reference) for column in zip(*values, strict=True))
        else:
            numbers[item.name] = per_member(values, 1, reference)
    return replace(optimizers[0], **numbers)


def kind_of(optimizer: Optimizer) -> tuple[Any, ...]:
    """What makes two optimizers different rules, and not one with different numbers."""
    own = (getattr(optimizer, item.name) for item in fields(optimizer))
    return optimizer.name, *(value for value in own if isinstance(value, bool))
