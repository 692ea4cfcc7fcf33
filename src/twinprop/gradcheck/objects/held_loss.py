"""A network whose loss has to be called between forward and backward: `loss(p, y)`, then `backward()`.

Or it is that of an object, or a class, that the network holds: `self.loss.forward(p, y)`, `self.cost.fn(a, y)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import Wrapper, attributes_of, is_number
from twinprop.gradcheck.calling.naming import BACKWARD, FORWARD, LOSS, held_by, named
from twinprop.gradcheck.calling.ways import cost_roles, network_backward_roles
from twinprop.gradcheck.faults import PACKAGE, is_users_own
from twinprop.gradcheck.source.roles import Method, method_of, word_of
from twinprop.gradcheck.source.sources import returned_names

HOLDERS = "loss cost criterion lossfn lossfunction costfunction objective lossfunc lossfct losslayer"
"""Names of attributes, without underscores and in lower case."""

CALLS = ("forward", "__call__", "fn", "loss", "cost", "calculate", "compute", "value", "f")


class WithHeldLoss(Wrapper):
    """forward(x, y) is the loss of the network's output.

    Args:
        holder: the attribute that holds the loss; empty where it is a method of the network.
        cost: that method, or the one of what is held; given, which value each of its arguments gets.
    """

    def __init__(
        self, made: Any, front: Method, back: Method, holder: str, cost: Method, given: dict[str, str]
    ) -> None:
        super().__init__(made)
        self._front, self._back, self._holder, self._cost, self._given = front, back, holder, cost, given
        self.returned_names = returned_names(getattr(made, back.name))
        called = f"self.{holder}.{cost.name}" if holder else cost.name
        self.told = [f"the loss is {called} of what {front.name} returns."]

    def forward(self, x: Any, y: Any) -> Any:
        self._x, self._y = x, y
        out = self._front.call(self._user, {self._front.needed[0].name: "x"}, {"x": x})
        whole = np.asarray(y).dtype.kind in "iu"  # class numbers have another shape
        if not isinstance(out, np.ndarray) or (out.shape != np.shape(y) and not whole):
            raise ValueError(f"the output has shape {np.shape(out)}, and the targets {np.shape(y)}")
        owner = getattr(self._user, self._holder) if self._holder else self._user
        loss = self._cost.call(owner, self._given, {"out": out, "x": x, "y": y})
        return float(loss) if is_number(loss) or np.size(loss) == 1 else loss

    def backward(self) -> Any:
        values = {"x": self._x, "y": self._y}
        roles = next(network_backward_roles(self._back, {}), {}) if self._back.needed else {}
        return self._back.call(self._user, roles, values)


class WithLossAfter(WithHeldLoss):
    """The same where the loss needs nothing, as of an autoencoder."""

    loss_alone = True

    def forward(self, x: Any) -> Any:  # type: ignore[override]
        self._x = self._y = x
        self._front.call(self._user, {self._front.needed[0].name: "x"}, {"x": x})
        return float(self._cost.call(self._user, {}, {}))


def with_held_loss(made: Any) -> Iterator[WithHeldLoss]:
    """An object as a loss, if it holds one of the user's own, or has one without which it cannot go back."""
    forward, backward = named(made, FORWARD), named(made, BACKWARD)
    if not (forward and backward) or type(made).__module__.startswith(PACKAGE):
        return
    front, back = method_of(made, forward), method_of(made, backward)
    if len(front.needed) != 1 or not {one.role for one in back.needed} <= {"x", "y"}:
        return
    holders = [name for name in attributes_of(made) if word_of(name) in HOLDERS.split()]
    own = named(made, LOSS)
    cost = method_of(made, own) if own and own not in (*holders, forward, backward) else None
    if cost is not None and not cost.needed and not cost.any_number and not back.needed and not back.has("dy"):
        yield WithLossAfter(made, front, back, "", cost, {})
    if cost is not None and cost.needed and not back.needed and not back.has("dy") and cost.has("y"):
        for given in cost_roles(cost) if "x" not in {one.role for one in cost.needed} else ():
            if "x" not in given.values():
                yield WithHeldLoss(made, front, back, "", cost, given)
    for holder in holders if cost is None or not cost.needed else ():
        held = getattr(made, holder)
        users = is_users_own(held if isinstance(held, type) else type(held))
        for call in CALLS if users else ():
            method = held_by(held, call) if call != "__call__" or not isinstance(held, type) else None
            if callable(method) and len(called := method_of(held, call).needed) == 2:
                given = {called[0].name: "out", called[1].name: "y"}
                if called[0].role == "y" != called[1].role:
                    given = {called[0].name: "y", called[1].name: "out"}
                yield WithHeldLoss(made, front, back, holder, method_of(held, call), given)
                break
