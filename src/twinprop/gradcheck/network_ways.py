"""How a network is called whose targets come with backward: what each argument of backward and of the loss is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from twinprop.gradcheck.calling import NetworkWay, Way
from twinprop.gradcheck.likely_losses import LIKELY
from twinprop.gradcheck.roles import Argument, Method
from twinprop.gradcheck.sources import words_compared


def with_other_words(function: Any, back: Method) -> Iterator[Method]:
    """A method as it is, and with each word that an argument of it is compared with, as `mode == "mse"`."""
    yield back
    function = getattr(function, "__func__", function)
    for at, one in enumerate(back.arguments):
        for word in words_compared(function, one.name) if not one.needed and not one.role else ():
            told = replace(one, role="fixed", fixed=word)
            yield replace(back, arguments=(*back.arguments[:at], told, *back.arguments[at + 1 :]))


def networks(title: str, front: Method, back: Method, cost: Method | None, kept: Sequence[str]) -> Iterator[Way]:
    """Ways in which the targets come with backward, with the network's own loss before the likely ones.

    Args:
        kept: the names of what forward returns.
    """
    if len(front.needed) > 1 or not front.offered:
        return
    first = {(front.needed or front.offered)[0].name: "x"}
    same = first | (dict(zip(kept, ("out", "cache"), strict=True)) if len(kept) == 2 else {})
    for given in network_backward_roles(back, same):
        own = cost_roles(cost) if cost is not None and cost.name not in (front.name, back.name) else []
        for roles in own:
            yield NetworkWay(title, front, back, first, given, cost, roles)
        yield NetworkWay(title, front, back, first, given, likely=LIKELY[0])


def network_backward_roles(back: Method, same: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """What backward is given: by the names that forward uses, too, by its own, else by its place.

    Args:
        same: the names of what forward is given and returns.
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
    guesses: dict[int, list[tuple[str, ...]]] = {2: [("x", "y"), ("y", "out")], 3: [("x", "y", "out")]}
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
