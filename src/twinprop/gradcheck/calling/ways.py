"""Which methods of an object go forward and back, and in which of the known ways they can be called."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from twinprop.gradcheck.arrays.held import arrays_of, attributes_of, canonical, said, stems, wrapped_in
from twinprop.gradcheck.arrays.inputs import LIKELY
from twinprop.gradcheck.calling.naming import BACKWARD, FORWARD, LIKE, LOSS, TRAINING, held_by, named
from twinprop.gradcheck.calling.way import (
    DerivativeWay,
    JacobianWay,
    LayerWay,
    LossesWay,
    LossWay,
    NetworkWay,
    SecondOutputWay,
    Way,
)
from twinprop.gradcheck.faults import PACKAGE, SubjectError
from twinprop.gradcheck.source.roles import Argument, Method, lacks_self, method_of, word_of
from twinprop.gradcheck.source.sources import (
    attributes_read,
    nodes_of,
    own_attributes,
    returned_name,
    returned_names,
    source_of,
)
from twinprop.gradcheck.source.words import words_compared


def with_other_words(function: Any, back: Method) -> Iterator[Method]:
    """A method as it is, and with each word that an argument of it is compared with, as `mode == "mse"`."""
    yield back
    function = getattr(function, "__func__", function)
    for at, one in enumerate(back.arguments):
        for word in words_compared(function, one.name) if not one.needed and not one.role else ():
            told = replace(one, role="fixed", fixed=word)
            yield replace(back, arguments=(*back.arguments[:at], told, *back.arguments[at + 1 :]))


def networks(
    title: str, front: Method, back: Method, cost: Method | None, kept: Sequence[str], source: str, apart: bool
) -> Iterator[Way]:
    """Ways in which the targets come with backward, with the network's own loss before the likely ones.

    Args:
        kept: the names of what forward returns.
        source: of backward.
        apart: whether the loss knows nothing of the network.
    """
    if len(front.needed) > 1 or not front.offered:
        return
    first = {(front.needed or front.offered)[0].name: "x"}
    same = dict(zip(kept, ("out", "cache"), strict=False)) | first if len(kept) < 3 else first
    for given in network_backward_roles(back, same, source):
        own = cost_roles(cost) if cost is not None and cost.name not in (front.name, back.name) else []
        if apart:  # what it calls its input are the outputs
            own = [{name: "out" if role == "x" else role for name, role in roles.items()} for roles in own[:1]]
        for roles in own:
            yield NetworkWay(title, front, back, first, given, cost, roles)
        yield NetworkWay(title, front, back, first, given, likely=LIKELY[0])


def network_backward_roles(back: Method, same: Mapping[str, str], source: str = "") -> Iterator[dict[str, str]]:
    """What backward is given: by the names that forward uses, too, by its own, else by its place.

    Args:
        same: the names of what forward is given and returns.
        source: of backward: what something is subtracted from is the output.
    """
    roles = {one.name: "y" if one.role == "dy" else one.role or same.get(one.name, "") for one in back.needed}
    if len(roles) != 1 or back.needed[0].role == "cache":
        lacking = [one for one in back.arguments if not one.needed and one.role == "y"]
        told = roles | ({} if "y" in roles.values() else {one.name: "y" for one in lacking[:1]})
        if "y" in told.values() and "" not in told.values() and len({*told.values()}) == len(told) > 1:
            yield told
            return
    if len(roles) == 1 and back.needed[0].role != "dy":
        yield dict.fromkeys(roles, "y")
    unknown = [name for name, role in roles.items() if not role]
    if len(unknown) == 1 and "y" in roles.values() and "out" not in roles.values() and len(roles) > 2:
        yield {**roles, unknown[0]: "out"}
    if (
        len(unknown) == 1
        and "y" in roles.values()
        and len(roles) == 2
        and re.fullmatch("act(ivation)?s", unknown[0].lower())
    ):
        yield {**roles, unknown[0]: "out"}
    guesses: dict[int, list[tuple[str, ...]]] = {2: [("x", "y"), ("y", "out")], 3: [("x", "y", "out")]}
    if len(roles) == 2 and " - ".join(roles) in source:
        guesses[2].insert(1, ("out", "y"))
    for guess in guesses.get(len(roles), []):
        yield dict(zip(roles, guess, strict=True))


def cost_roles(cost: Method) -> list[dict[str, str]]:
    """Ways to call the method for the loss of a network, after forward: with y, with the output and y, with x and y."""
    needed: list[Argument] = cost.needed or cost.offered[:2]
    if not needed and not cost.any_number:
        return [{}]
    if len(needed) == 1:
        return [{needed[0].name: "y"}]
    if len(needed) != 2:
        return []
    first, second = needed
    if first.role == "y" and second.role != "y":
        return [{first.name: "y", second.name: "x" if second.role == "x" else "out"}]
    roles = ("x", "out") if first.role == "x" else ("out", "x")
    return [{first.name: role, second.name: "y"} for role in roles]


KEPT = re.compile(r".*(prev|state|input|layer|activ|cach|memo|save|kept|stor).*|[zah](_.*)?")
"""Names of what a backward is given that forward has kept or was given."""

ALL_AT_ONCE = (
    "{0}, which does all at once, and no backward, so nothing can be looked at. Give the class two methods, taken out "
    "of {0}:\n"
    "    def forward(self, x): ...      # returns the outputs\n"
    "    def backward(self, x, y): ...  # leaves the gradients as self.dW, self.db"
)
"""What is said of a class with a method for its training alone."""

CONTRACT = "A layer has forward(x) and backward(dy); a loss or a network has forward(x, y) and backward()."


def ways_of(made: Any, title: str) -> list[Way]:
    """How an object can be called, the likeliest way first.

    Raises:
        SubjectError: in none of the known ways.
    """
    forward, backward, loss = named(made, FORWARD), named(made, BACKWARD), named(made, LOSS)
    forward = keeping(made, forward, backward) if forward and backward else forward
    back = method_of(made, backward) if backward else None
    # it takes gradients that are there already, and a rate: backward(grads, lr)
    if back is not None and back.needed and back.needed[0].name.lower() in ("grads", "gradients") and back.has("rate"):
        others = [name for name in dir(made) if name != backward and word_of(name) in BACKWARD.split()]
        backward = next((name for name in others if callable(held_by(made, name))), backward)
    found = list(possible_ways(made, title, forward, backward, loss))
    if said(made, "loss_alone", False):  # its number is no output whose slope could be asked for
        found = [way for way in found if type(way) is LossWay]
    for name in ("__call__", "predict"):  # it may do what forward leaves out
        if forward not in ("", name) and inspect.isfunction(inspect.getattr_static(type(made), name, None)):
            found += possible_ways(made, title, name, backward, "")
    if found:
        return found
    if not backward and (step := named(made, TRAINING)):
        raise SubjectError(f"{title}: has {ALL_AT_ONCE.format(step)}", False)
    for name, there in (("forward", forward or loss), ("backward", backward)):
        if not there:
            raise SubjectError(f"{title}: has no {name}. {CONTRACT}", False)
    if lost := lacks_self(type(wrapped_in(made))):
        raise SubjectError(f"{title}: {lost}", False)
    texts = [str(method_of(made, name)) for name in (forward or loss, backward)]
    raise SubjectError(f"{title}: {' and '.join(texts)} do not fit. {CONTRACT}", False)


def possible_ways(made: Any, title: str, forward: str, backward: str, loss: str) -> Iterator[Way]:
    """Each way in which the arguments of the methods fit."""
    back = without_rate_alone(method_of(made, backward)) if backward else None
    cost = without_setting_first(method_of(made, loss)) if loss else None
    front = without_setting_first(method_of(made, forward)) if forward else None
    if front is not None and not front.needed and cost is not None and back is not None and is_of_a_vector(cost, back):
        front = None  # it runs all steps
    if front is not None and back is not None and cost is not None:
        back = with_targets_of(back, front, cost)
    if front is not None and back is not None:
        kept = returned_names(getattr(made, front.name))
        alone = returned_name(getattr(made, front.name))
        slopes = returned_names(getattr(made, back.name))
        of_y = any(one.role == "y" and canonical(one.name) in stems(name) for one in front.needed for name in slopes)
        both = len(slopes) == 2 and (not front.has("y") or of_y)  # of a loss, of two inputs
        of_x = cost is not None and len(cost.needed) == 1 and f"self.{front.name}" in calls_of(made, loss)
        if cost is not None and of_x and not back.needed:
            yield LossWay(title, cost, back, {cost.needed[0].name: "x"})  # x is to come out again
        if (whole := reducing(made, front)) is not None and (roles := loss_roles(whole)) is not None:
            yield from losses(title, whole, back, roles)
        for way in layers_and_losses(title, front, back, kept) if not both or len(front.needed) != 2 else ():
            given = way.backward_roles
            if type(way) is LayerWay and len(kept) == 2 and kept[0] in given and kept[1] not in given:
                yield SecondOutputWay(title, front, back, way.forward_roles, {**given, kept[0]: "cache"})
            yield way
        targets = bool(back.needed) and back.needed[0].role == "y"
        if targets or next(iter(arrays_of(made)), None) is not None:
            apart = cost is not None and len(cost.needed) == 2 and knows_nothing(made, cost.name)
            source = source_of(getattr(made, back.name))
            for other in with_other_words(getattr(made, back.name), back):
                yield from networks(title, front, other, cost, kept or [alone], source, apart)
        if (layer := layer_given_y(title, front, back)) is not None:
            yield layer
    ours = type(made).__module__.startswith(PACKAGE)  # whose loss needs a forward before it
    leans = None not in (front, back, cost) and leans_on(made, backward, forward, loss)
    if cost is not None and back is not None and not ours and not leans and (roles := loss_roles(cost)) is not None:
        yield from losses(title, cost, back, roles)
    if cost is not None and back is not None and front is None and is_of_a_vector(cost, back):
        yield LossWay(title, cost, back, {cost.needed[0].name: "x"}, {back.needed[0].name: "x"})
    if back is None:
        if cost is not None and len(cost.offered) == 1:
            yield LossWay(title, cost, None, {cost.offered[0].name: "x"})
        for method in (cost, front):
            roles = loss_roles(method) if method else None
            if method is not None and roles is not None:
                yield LossWay(title, method, None, roles)


def is_of_a_vector(cost: Method, back: Method) -> bool:
    """Whether a loss and its gradient are given the same one thing, which is no targets: loss(p), gradient(p)."""
    names = [[one.name for one in method.needed] for method in (cost, back)]
    return names[0] == names[1] and len(names[0]) == 1 and cost.needed[0].role not in ("y", "dy", "cache")


def reducing(made: Any, front: Method) -> Method | None:
    """The method that takes a mean of the losses that forward returns, as `calculate(output, y)` does."""
    for name in dir(made) if len(front.needed) == 2 else ():
        called = calls_of(made, name) if not name.startswith("__") and name != front.name else set()
        if f"self.{front.name}" in called and any(re.fullmatch(r"(.*\.)?(mean|average)", one) for one in called):
            method = method_of(made, name)
            if len(method.needed) == 2:
                return method
    return None


def calls_of(made: Any, name: str) -> set[str]:
    """What a method calls, as its source spells it."""
    function = getattr(held_by(made, name), "__func__", None)
    return {ast.unparse(node.func) for node in nodes_of(function) if isinstance(node, ast.Call)}


def leans_on(made: Any, back: str, front: str, other: str) -> bool:
    """Whether a method reads attributes that are not there before `front` has assigned them, which `other` does not."""
    read, left, seen = (
        list(own_attributes(getattr(getattr(made, one), "__func__", None))) for one in (back, front, other)
    )
    later = {one.attr for one in left if isinstance(one.ctx, ast.Store)} - {*attributes_of(made)}
    known = {one.attr for one in seen}
    return front not in known and any(one.attr in later - known for one in read if isinstance(one.ctx, ast.Load))


def knows_nothing(made: Any, name: str) -> bool:
    """Whether a method reads nothing of its object but other such methods."""
    read = attributes_read(type(made), name)
    return inspect.isfunction(getattr(type(made), name, None)) and all(callable(held_by(made, one)) for one in read)


def keeping(made: Any, forward: str, backward: str) -> str:
    """Of several methods that go forward, the one that keeps what backward reads, where the first keeps nothing."""
    kind, read = type(made), attributes_read(type(made), backward)

    def left(name: str) -> set[str]:
        nodes = (
            node for one in {name, *attributes_read(kind, name)} for node in own_attributes(getattr(kind, one, None))
        )
        return {node.attr for node in nodes if isinstance(node.ctx, ast.Store)} & read

    others = [name for name in dir(made) if LIKE[FORWARD].fullmatch(word_of(name)) and callable(held_by(made, name))]
    keep = [name for name in others if left(name)]
    return keep[0] if len(keep) == 1 and not left(forward) else forward


def without_rate_alone(back: Method) -> Method:
    """An `eta` that is all that backward wants is the gradient from above, not a learning rate."""
    needed = [one for one in back.arguments if one.needed]
    if len(needed) == 1 and needed[0].role == "rate" and not back.has("dy"):
        return replace(back, arguments=tuple(replace(one, role="dy") if one.needed else one for one in back.arguments))
    return back


def with_targets_of(back: Method, front: Method, cost: Method) -> Method:
    """What backward and the loss are given under one name, and forward is not, are the targets."""
    asked = {one.name for one in cost.needed} - {one.name for one in front.arguments}
    if len(asked) != 1 or back.has("y"):
        return back
    return replace(
        back, arguments=tuple(replace(one, role="y") if one.name in asked else one for one in back.arguments)
    )


def without_setting_first(front: Method) -> Method:
    """A `rate`, or an `M`, that comes first, where nothing is called x, is the input, and no learning rate or count."""
    first = front.arguments[0] if front.arguments else None
    setting = first is not None and first.needed and first.role in ("rate", "count", "penalty")
    if first is None or not setting or front.has("x") or front.has("out"):
        return front
    return replace(front, arguments=(replace(first, role="x"), *front.arguments[1:]))


def layers_and_losses(title: str, front: Method, back: Method, kept: Sequence[str] = ()) -> Iterator[Way]:
    needed = front.needed
    most = float("inf") if front.any_number else len(front.offered)
    roles = loss_roles(front)
    wants_two = len(needed) == 2 or (most >= 2 and not back.needed and not back.has("dy"))
    if roles is not None and wants_two:
        yield from losses(title, front, back, roles)
        return
    if most < 1 or len(needed) > 1:
        return
    first = {(needed or front.offered)[0].name: "x"}
    if not back.needed and not back.has("dy"):
        yield LossWay(title, front, back, first)
        yield DerivativeWay(title, front, back, first)
        yield JacobianWay(title, front, back, first)
    alone = back.needed[0].role if len(back.needed) == 1 else ""
    derivative = re.search("prime|deriv|^dfn?$", back.name.lower()) is not None
    takes_x = alone == "x" or (len(back.needed) == 1 and (back.needed[0].name in first or derivative))
    if takes_x and alone != "dy":
        yield DerivativeWay(title, front, back, first, {back.needed[0].name: "x"})
        yield JacobianWay(title, front, back, first, {back.needed[0].name: "x"})
        yield LossWay(title, front, back, first, {back.needed[0].name: "x"})
    known = {kept[1]: "cache"} | first if len(kept) == 2 else first
    for given in layer_backward_roles(back, known) if alone != "y" else ():
        yield LayerWay(title, front, back, first, given)
    other_name = word_of(back.name) not in ("backward", "backwardpass", "backprop", "bprop")
    if len(back.needed) == 1 and other_name and alone != "y" and (not takes_x or alone == "dy"):
        yield DerivativeWay(title, front, back, first, {back.needed[0].name: "x"})


def layer_given_y(title: str, front: Method, back: Method) -> LayerWay | None:
    """A layer that calls the gradient from above `y`, as what it has returned; None for others."""
    if len(front.needed) != 1 or len(back.needed) != 1 or back.needed[0].name != "y":
        return None
    return LayerWay(title, front, back, {front.needed[0].name: "x"}, {"y": "dy"})


def losses(title: str, front: Method, back: Method, roles: dict[str, str]) -> Iterator[Way]:
    """A loss; it may return many numbers, with a gradient from above for each, or with none."""
    for given in loss_backward_roles(back):
        yield LossWay(title, front, back, roles, given)
        if not front.has("y") and sorted(given.values()) == ["x", "y"]:  # neither name says which are the targets
            other = {"x": "y", "y": "x"}
            there, here = ({name: other[role] for name, role in some.items()} for some in (roles, given))
            yield LossWay(title, front, back, there, here)
        if front.has("y") and not back.has("dy"):
            yield LossesWay(title, front, back, roles, given)
    alone = [one.role for one in back.needed] == ["dy"]
    if alone and any(one.role == "y" and one.name != "y" for one in front.arguments):
        yield LayerWay(title, front, back, roles, {back.needed[0].name: "dy"})


def loss_roles(front: Method | None) -> dict[str, str] | None:
    """Which arguments of a loss are the predictions and which the targets; None where there are not two."""
    if front is None:
        return None
    several = front.needed if len(front.needed) >= 2 else front.offered
    return None if len(several) < 2 or len(front.needed) > 2 else in_order(*several[:2])


def in_order(first: Argument, second: Argument) -> dict[str, str]:
    """Which of two arguments of a loss are the predictions, and which the targets."""
    apart = (first.name.lower(), second.name.lower()) == ("q", "p")  # a divergence of p, which is known, from q
    swapped = (first.role == "y" and second.role != "y") or (not first.role and second.role == "out" and not apart)
    return {first.name: "y", second.name: "x"} if swapped else {first.name: "x", second.name: "y"}


def loss_backward_roles(back: Method) -> Iterator[dict[str, str]]:
    """What the backward of a loss is given."""
    needed = back.needed
    if not needed or not needed[0].name:
        yield {}
    elif len(needed) == 1:
        yield {needed[0].name: {"dy": "one", "x": "x", "out": "x"}.get(needed[0].role, "y")}
    elif len(needed) == 2:
        yield in_order(*needed)


def layer_backward_roles(back: Method, known: dict[str, str]) -> Iterator[dict[str, str]]:
    """What the backward of a layer is given: dy, and perhaps x, the output, or what forward returned beside it.

    Args:
        known: the roles of what forward is given, and returns beside the output, by their names.
    """
    roles = {one.name: one.role or known.get(one.name, "") for one in back.needed}
    if not roles:
        roles = {one.name: "dy" for one in back.offered if one.role == "dy"}
    unknown = [name for name, role in roles.items() if not role]
    if "y" in roles.values() and len(roles) > 1:
        return
    if "dy" not in roles.values() and (unknown or len(roles) == 1):
        name = unknown[0] if unknown else next(iter(roles))
        roles[name] = "dy"
        unknown = unknown[1:]
    if list(roles.values()).count("dy") == 1 and len(unknown) == 1 and KEPT.fullmatch(unknown[0].lower()):
        yield roles | {unknown[0]: "cache"}
        roles[unknown.pop()] = "x"
    if list(roles.values()).count("dy") == 1 and not unknown:
        yield roles
