"""Which array is the gradient of which, by their names: `dW`, `W_grad`, `grads["W"]` and the like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from twinprop.gradcheck.held import ArrayRef, arrays_of, item_at, path_text

PATTERNS = ("d{}", "{}_grad", "grad_{}", "d_{}", "{}grad", "grad{}")
"""How the gradient of `W` may be called, beside `grads["W"]` and `grads["dW"]`."""

DICTS = ("grads", "gradients", "grad")


def gradient_of(parameter: ArrayRef) -> tuple[str, Any] | None:
    """The name and the gradient of a parameter, where its owner holds it; None where there is none."""
    for attribute, keys in possible_paths(parameter):
        found = item_at(getattr(parameter.owner, attribute, None), keys)
        if found is not None:
            return parameter.prefix + path_text(attribute, keys), found
    return None


def gradient_in(returned: Any, parameter: ArrayRef) -> tuple[str, Any] | None:
    """The name and the gradient of a parameter in the dict that `backward` returned."""
    if isinstance(returned, dict):
        own = parameter.last_key
        for keys in [*dict_keys(parameter), (own,), (f"d{own}",)]:
            value = item_at(returned, keys)
            if value is not None:
                return path_text("backward()", keys), value
    return None


def possible_paths(parameter: ArrayRef) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The attributes and keys where the gradient of a parameter may be."""
    for pattern in PATTERNS:
        yield pattern.format(parameter.attribute), parameter.keys
    if isinstance(parameter.last_key, str) and parameter.keys:
        for pattern in PATTERNS:
            yield parameter.attribute, (*parameter.keys[:-1], pattern.format(parameter.last_key))
    for name in DICTS:
        for keys in dict_keys(parameter):
            yield name, keys


def dict_keys(parameter: ArrayRef) -> list[tuple[Any, ...]]:
    """The keys of a parameter's gradient in a dict or a list of gradients."""
    path = parameter.keys or (parameter.attribute,)
    own = parameter.last_key
    return [path, (*path[:-1], f"d{own}")] if isinstance(own, str) else [path]


def parameters_of(subject: Any) -> list[ArrayRef]:
    """The float arrays that are there before `forward`, but for those that hold gradients."""
    found = list(arrays_of(subject))
    lists = {(id(ref.owner), pattern.format(ref.attribute)) for ref in found for pattern in PATTERNS}
    holders = {(id(ref.owner), *path) for ref in found for path in possible_paths(ref)}
    return [
        ref
        for ref in found
        if (id(ref.owner), ref.attribute) not in lists
        and (id(ref.owner), ref.attribute, ref.keys) not in holders
        and ref.attribute not in DICTS
    ]


def parameter_names(gradient: str) -> list[str]:
    """What an attribute may be the gradient of, by its name: `dW` of `W`."""
    ends = [pattern.split("{}") for pattern in PATTERNS]
    fit = [(head, tail) for head, tail in ends if gradient.startswith(head) and gradient.endswith(tail)]
    return [gradient[len(head) : len(gradient) - len(tail)] for head, tail in fit if len(gradient) > len(head + tail)]
