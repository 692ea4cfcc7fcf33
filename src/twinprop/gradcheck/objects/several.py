"""Several things as one: a layer with several inputs or outputs, a list of inputs.

The other inputs are held like parameters. So each of them gets a row in the table, and `backward` may return their
gradients in a tuple, a list or a dict, or leave them in attributes. Several outputs are laid end to end, and the
gradient for each is cut out of dy again.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import (
    Wrapper,
    arrays_of,
    attributes_of,
    canonical,
    is_number,
    like_steps,
    of_steps,
    plain_shape,
    stems,
)
from twinprop.gradcheck.arrays.likely_shapes import is_handed_on, is_parameter
from twinprop.gradcheck.calling.naming import BACKWARD, FORWARD, LOSS, LOSS_AND_GRADIENTS, named
from twinprop.gradcheck.calling.returned import array_in
from twinprop.gradcheck.calling.upkeep import RATE, WEIGHT_DECAY, count_of
from twinprop.gradcheck.objects.fitting import Fitted, UnlikeError, cut
from twinprop.gradcheck.objects.guesses import number_for
from twinprop.gradcheck.objects.planning import (
    Plan,
    asserted_shapes,
    holds_floats,
    makers_of,
    outputs_among,
    plan_for,
    position_of,
)
from twinprop.gradcheck.source.indexing import is_index
from twinprop.gradcheck.source.loops import goes_through
from twinprop.gradcheck.source.roles import Method, method_of, role_of
from twinprop.gradcheck.source.sources import parts_unpacked, returned_keys, returned_names


class Several(Fitted, Wrapper):
    """A layer that is called by a plan; its other inputs are attributes of this object.

    Attributes:
        returned_names: of what backward returns, as its source tells.
        _held, _lacking: inputs that the object has as well, and those that it would have.
        _arrays: what forward returned, by its place; of a list or a dict of steps one array.
        _places: of the outputs whose gradients backward is given.
    """

    _places: Sequence[int] = ()

    def __init__(self, made: Any, plan: Plan) -> None:
        super().__init__(made)
        self._plan, self._needs_no_y = plan, not plan.has_targets
        back = getattr(made, (plan.back or plan.front).name)
        self._stems = {stem for name in (*returned_names(back), *returned_keys(back)) for stem in stems(name)}
        others = [name for name in plan.extras if canonical(name) not in self._stems]  # dmu is not that of a momentum
        settings = {name: value for name in others if (value := number_for(name)) is not None}
        self._settings = settings  # epsilon, momentum and the like
        # a method may be given what the object holds
        self._held = [name for name in plan.extras if holds_floats(made, name)]
        self._lacking = [name for name in plan.extras if attributes_of(made).get(name, made) is None]
        plan.extras = [name for name in plan.extras if name not in settings and name not in self._held]
        asserted = asserted_shapes(getattr(made, plan.front.name), made)
        self._free = [(name,) for name in plan.extras if name not in asserted]
        self._whole = [name for name in plan.extras if is_index(made, plan.front.name, name)]
        # every index stays below the smallest axis of a matrix that the object holds
        sizes = [size for ref in arrays_of(made) if ref.get().ndim > 1 for size in ref.get().shape]
        told = [value for value in attributes_of(made).values() if type(value) is int and value > 1]  # self.n_hidden
        self._sizes, self._most = sizes or told, max(2, min(sizes, default=2))
        self.returned_names = returned_names(getattr(made, (plan.back or plan.front).name))
        if plan.back is not None and "rate" in {one.role for one in plan.back.arguments}:
            self.learning_rate = RATE  # where the check finds it, so that no factor is taken for a part of it
        for name in plan.extras:
            setattr(self, name, self._drawn((name,), asserted.get(name, (0,))))
        name = next(name for name, what in plan.given_front.items() if what == "x")
        self.wanted = {"x": asserted[name]} if name in asserted else {}

    @property
    def wants_indices(self) -> bool:
        """Whether x itself holds whole numbers."""
        name = next(name for name, given in self._plan.given_front.items() if given == "x")
        return is_index(self._user, self._plan.front.name, name)

    def may_lack(self, name: str) -> bool:
        """Whether an input needs no gradient: beside targets, it is a constant, but in a step of a sequence."""
        plan = self._plan
        constant = plan.has_targets or (plan.is_network and not plan.upstream)
        weights = {canonical(ref.attribute) for ref in arrays_of(self._user)}
        if is_handed_on(name) and not any(map(is_handed_on, self._stems - weights)):  # a sequence begins with it
            main = [one for one, what in plan.given_front.items() if what == "x"]
            constant = constant or goes_through(getattr(getattr(self._user, plan.front.name), "__func__", None), main)
        usual = (constant and name not in self._lacking) or super().may_lack(name)
        return name in self._plan.extras and usual

    def _attempt(self, x: Any, y: Any) -> Any:
        self._targets = y
        return self._go(x, y)

    def _attempt_back(self, out: Any) -> None:
        if self._plan.back is None:
            return
        returned = self._to_front([np.ones(self._arrays[at].shape) for at in self._places], self._targets)
        listed = returned if isinstance(returned, tuple) and len(returned) == len(self.returned_names) else ()
        named = {
            stem: np.shape(part)
            for name, part in zip(self.returned_names, listed, strict=False)
            for stem in stems(name)
        }
        own = {name: named[canonical(name)] for name in self._plan.extras if canonical(name) in named}
        right = [plain_shape(np.shape(getattr(self, name))) == plain_shape(shape) for name, shape in own.items()]
        if not all(right):  # a loop may leave a part of it unread
            raise UnlikeError(sum(right))

    def _go(self, x: Any, y: Any) -> Any:
        self.resize(x)
        self._inputs = {"x": x, "y": y} | {name: getattr(self, name) for name in self._plan.extras}
        # a layer may keep what it is given and change it
        self._inputs |= self._settings | {name: getattr(self._user, name) for name in self._held}
        for name in self._lacking:  # weights that its training makes
            setattr(self._user, name, self._inputs[name])
        given = copy.deepcopy(self._inputs) | self._settings
        returned = self._plan.front.call(self._user, self._plan.given_front, given)
        if self._plan.left:
            returned = tuple(attributes_of(self._user).get(name) for name in self._plan.kept)
        parts = list(returned) if isinstance(returned, tuple | list) and len(self._plan.kept) > 1 else [returned]
        parts = list(returned) if isinstance(returned, tuple) else parts
        self._kept = {f"out{at}": part for at, part in enumerate(parts)}
        self._arrays = {at: array for at, part in enumerate(parts) if (array := of_steps(as_array(part))) is not None}
        rest = [part for at, part in enumerate(parts) if at not in self._arrays and not is_number(part)]
        self._kept["cache"] = rest[0] if len(rest) == 1 else tuple(rest)
        self._places = [] if self._plan.has_targets else self._measured()
        return returned

    def _measured(self) -> list[int]:
        """Where the outputs stand whose gradients backward is given, in what forward returned.

        Of two gradients of one output, as `dh_from_above` and `dh_next`, both are.
        """
        found: list[int] = []
        for name in self._plan.upstream:
            told = position_of(name, self._plan.kept)
            left = [at for at in self._arrays if at not in found]
            found += [told] if told in self._arrays else left[:1]
        return found

    def _to_front(self, upstream: Sequence[Any], y: Any = None) -> Any:
        kept = {name: part.copy() if isinstance(part, np.ndarray) else part for name, part in self._kept.items()}
        values: dict[str, Any] = {**self._inputs, **kept, "penalty": WEIGHT_DECAY, "dy0": 1.0}
        values["rate"] = getattr(self, "learning_rate", RATE)
        values |= {"count": count_of(self._inputs["x"], y)} | ({} if y is None else {"y": y})
        for at, (place, part) in enumerate(zip(self._places, upstream, strict=True)):
            values[f"dy{at}"] = like_steps(part, self._kept[f"out{place}"])
        assert self._plan.back is not None
        returned = self._plan.back.call(self._user, self._plan.given_back, values)
        return tuple(map(as_array, returned)) if type(returned) is tuple else returned


def as_array(value: Any) -> Any:
    """A list of numbers, or of such lists, as the array that stands for it; all else as it is."""
    leaves = value
    while isinstance(leaves, list) and leaves:
        leaves = leaves[0]
    if not isinstance(value, list) or not is_number(leaves):
        return value
    with suppress(ValueError, TypeError):  # rows of several lengths
        return np.array(value, float)
    return value


class SeveralLayer(Several):
    def forward(self, x: Any) -> Any:
        returned = self._go(x, None)
        outs = [self._arrays[at] for at in self._places]
        return np.concatenate([one.ravel() for one in outs]) if len(outs) > 1 else outs[0] if outs else returned

    def backward(self, dy: Any) -> Any:
        return self._to_front(cut(dy, [self._arrays[at].shape for at in self._places]))


class SeveralLoss(Several):
    _of_samples = True

    def forward(self, x: Any, y: Any) -> Any:
        return self._go(x, y)

    def backward(self) -> Any:
        return self._to_front(())


class SeveralLossAlone(SeveralLoss):
    """The same where none of the inputs are targets."""

    loss_alone = True

    def forward(self, x: Any) -> Any:  # type: ignore[override]
        return self._go(x, None)

    def may_lack(self, name: str) -> bool:
        """Beside weights, or what is called a gradient of another input, it is a constant."""
        has_others = bool(self._stems) or next(iter(arrays_of(self._user)), None) is not None
        constant = has_others and canonical(name) not in self._stems
        return (constant and name in self._plan.extras) or super().may_lack(name)


class SeveralNetwork(Several):
    """The targets come with backward; a step of a sequence is given the gradients of its states, too.

    Attributes:
        _beside_the_loss: the sum of the products of such states with their gradients.
        _turned: whether samples are rows of x, and columns of the output and the targets.
    """

    def forward(self, x: Any) -> Any:
        returned = self._go(x, None)
        rng = np.random.default_rng(len(self._plan.upstream))
        self._upstream = [rng.standard_normal(self._arrays[at].shape) for at in self._places]
        pairs = zip(self._places, self._upstream, strict=True)
        self._beside_the_loss = float(sum((self._arrays[at] * d).sum() for at, d in pairs))
        out = self._compared(returned)
        self._turned = x.ndim == out.ndim == 2 and out.shape[0] != len(x) == out.shape[1]
        return out.T if self._turned else out

    def _compared(self, returned: Any) -> Any:
        """What is compared with the targets: what the loss is given, else probabilities, what is named as an output."""
        left = [at for at in self._arrays if at not in self._places]
        told = [at for at in left if f"out{at}" in self._plan.given_cost.values()]
        likely = [at for at in left if adds_up_to_one(self._arrays[at])]
        at = next(iter((*told, *likely, *outputs_among(self._plan.kept, left), *left)), None)
        # of the outputs of all layers, the last
        out = self._arrays[at] if at is not None else array_in(self._user, returned, {}, self._plan.kept)
        if out is None:
            raise ValueError(f"{self._plan.front.name} returned no output")
        return out[..., 0] if out.ndim == 3 and out.shape[-1] == 1 else out

    def backward(self, y: Any) -> Any:
        return self._to_front(self._upstream, y.T if self._turned else y)


class SeveralNetworkWithLoss(SeveralNetwork):
    def loss(self, y_hat: Any, y: Any) -> Any:
        assert self._plan.cost is not None
        given = {**self._inputs, **self._kept, "y": y.T if self._turned else y}
        return self._plan.cost.call(self._user, self._plan.given_cost, given)


class SeveralWithTargets(Several):
    """loss_and_grad(inputs, targets, h_before) does so for targets."""

    def loss(self, x: Any, y: Any) -> Any:
        return self._go(x, y)

    def fit_to(self, x: Any, y: Any, axis: int | None) -> None:
        if np.ndim(y) == 2:
            self._classes = np.shape(y)[0 if axis == -1 else -1]
        super().fit_to(x, y, axis)

    def may_lack(self, name: str) -> bool:
        """The weights that are handed in are what the gradients are of, where the object holds none."""
        holds_some = next(iter(arrays_of(self._user)), None) is not None
        return (holds_some or not is_parameter(name)) and super().may_lack(name)


def adds_up_to_one(array: Any) -> bool:
    """Whether an array holds probabilities of classes, along some axis."""
    positive = array.ndim > 0 and bool((array > 0).all())
    return positive and any(n > 1 and np.allclose(array.sum(at), 1) for at, n in enumerate(array.shape))


class ListOfInputs(Wrapper):
    """A layer that is given a list, as one that adds, multiplies or concatenates; x holds its inputs along axis 0."""

    def __init__(self, made: Any, front: Method, back: Method) -> None:
        super().__init__(made)
        self._methods = front, back

    def _call(self, method: Method, value: Any) -> Any:
        argument = (method.needed or method.offered)[0].name
        return method.call(self._user, {argument: "x"}, {"x": value})

    def forward(self, x: Any) -> Any:
        if np.ndim(x) < 3:
            raise ValueError("several inputs, expected (2, batch, 4)")
        return self._call(self._methods[0], list(x.copy()))

    def backward(self, dy: Any) -> Any:
        returned = self._call(self._methods[1], dy)
        if not isinstance(returned, tuple | list | dict) and np.shape(returned)[:1] != (2,):
            raise ValueError("one gradient for several inputs")
        return returned


class LossOfPair(Wrapper):
    """A loss that is given its predictions and targets as one, as `x, y = inputs` takes them apart."""

    def __init__(self, made: Any, front: Method, back: Method) -> None:
        super().__init__(made)
        self._methods = front, back

    def forward(self, x: Any, y: Any) -> Any:
        front = self._methods[0]
        return front.call(self._user, {front.needed[0].name: "x"}, {"x": (x, y)})

    def backward(self) -> Any:
        back = self._methods[1]
        return back.call(self._user, {one.name: "one" for one in back.needed}, {"one": 1.0})


def takes_words(made: Any, method: Method) -> bool:
    """Whether a method is given places of words alone, with labels: that is a loss of its own (`own_loss`)."""
    words = [is_index(made, method.name, one.name) != (one.role == "y") for one in method.needed]
    return len(words) > 1 and all(words)


def with_several_inputs(made: Any) -> Iterator[Any]:
    """An object as a layer whose other inputs are held like parameters, and as one that is given a list."""
    forward, backward, loss = named(made, FORWARD), named(made, BACKWARD), named(made, LOSS)
    both = named(made, LOSS_AND_GRADIENTS)
    if both and (plan := plan_for(made, method_of(made, both), None)) and plan.has_targets:
        yield SeveralWithTargets(made, plan)
    back = method_of(made, backward) if backward else None
    for front in dict.fromkeys((forward, loss, *makers_of(made, back))) if back is not None else ():
        cost = method_of(made, loss) if loss else None
        method = method_of(made, front) if front not in ("", backward) else None
        if method is None or back is None or (not back.has("dy") and takes_words(made, method)):
            continue
        plan = plan_for(made, method, back, cost)
        if plan is not None and plan.cost is not None:
            yield SeveralNetworkWithLoss(made, plan)
        if plan is not None and plan.back is not None:
            alone = SeveralLayer if plan.back.needed else SeveralLossAlone
            yield (SeveralLoss if plan.has_targets else SeveralNetwork if plan.is_network else alone)(made, plan)
    methods = [method_of(made, name) for name in (forward, backward) if name]
    if len(methods) == 2 and len(methods[0].needed) == 1 and len(methods[1].needed) < 2:
        parts = parts_unpacked(getattr(getattr(made, forward), "__func__", None), methods[0].needed[0].name)
        if len(parts) == 2 and role_of(parts[1]) == "y":
            yield LossOfPair(made, *methods)
    if [len(one.needed) for one in methods] == [1, 1] and not isinstance(made, Fitted):
        yield ListOfInputs(made, *methods)
