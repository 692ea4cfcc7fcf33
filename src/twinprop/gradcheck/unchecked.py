"""What was not checked: what backward left that looks like a gradient, and lines of it that did not run."""

from __future__ import annotations

import sys
from types import CodeType, FrameType
from typing import Any

import numpy as np

from twinprop.gradcheck.faults import is_users, short_path
from twinprop.gradcheck.finding import Found
from twinprop.gradcheck.gradient_names import is_bare, marked, stems
from twinprop.gradcheck.held import attributes_of, is_numeric
from twinprop.gradcheck.report import Gradient
from twinprop.gradcheck.trial import Trial
from twinprop.gradcheck.upkeep import owners_of
from twinprop.text import ranges


def unchecked_gradients(trial: Trial, gradients: list[Gradient]) -> list[str]:
    """What backward returned, or left under the name of a gradient, and belongs to no parameter.

    Left out is what equals a gradient of the table, what belongs to something that forward keeps, as `dz1` to `z1`, and
    the gradient of the output.
    """
    found = trial.run()
    known = [np.asarray(gradient.value) for gradient in gradients if gradient.value is not None]
    known += [np.asarray(trial.dy)] if trial.dy is not None else []
    kept = kept_names(trial)
    names = {gradient.name for gradient in gradients}
    left = [
        one
        for one in found
        if one.label not in names
        and one.changed
        and np.size(one.value)
        and not any(alike(one.value, other) for other in known)
    ]
    return list(dict.fromkeys(one.label for one in left if looks_like_gradient(trial, one, kept)))


def alike(a: Any, b: Any) -> bool:
    return np.size(a) == np.size(b) and bool(np.allclose(np.ravel(a), np.ravel(b), rtol=1e-9, atol=0, equal_nan=True))


def kept_names(trial: Trial) -> set[str]:
    """Names of the attributes that forward keeps."""
    own = {ref.name for parameter in trial.parameters for ref in (parameter, *parameter.also)} | set(
        trial.subject.initial
    )
    names = set()
    for prefix, owner in owners_of(trial.subject.made, is_numeric).items():
        names |= {
            f"{prefix}{name}".lower().replace("_", "") for name in attributes_of(owner) if prefix + name not in own
        }
    return names


def looks_like_gradient(trial: Trial, one: Found, kept: set[str]) -> bool:
    """Whether something is named as a gradient of what was never found."""
    if one.attribute.lower().lstrip("_").startswith(("delta", "error", "diff")):
        return False  # delta is what many call the gradient of a layer's sum
    if one.owner is None:
        return one.attribute == "grads" or is_bare(one.attribute) or bool(stems(one.attribute))
    if is_bare(one.attribute):
        return bool(one.keys)
    if one.label in trial.subject.initial:
        return False
    prefix = one.label[: one.label.rfind(".") + 1].lower().replace("_", "")
    told = [prefix + stem.lower().replace("_", "") for stem in marked(one.attribute)]
    return bool(told) and not kept & {*told}


def lines_not_run(trial: Trial) -> list[str]:
    """Lines of backward that did not run, as `net.py:12-14`: a branch for other inputs was not checked."""
    run: dict[CodeType, set[int]] = {}

    def watch(frame: FrameType, event: str, argument: Any) -> Any:
        code = frame.f_code
        if not is_users(code.co_filename):
            return None
        run.setdefault(code, set()).add(frame.f_lineno)
        return watch

    before = sys.gettrace()
    try:
        trial.run(lambda: sys.settrace(watch))
    finally:
        sys.settrace(before)
    found = []
    for code, lines in run.items():
        # a method of the class, not a function within: its own lines come as a code of its own
        own = {line for _, _, line in code.co_lines() if line is not None and line > code.co_firstlineno}
        if own - lines:
            found.append(f"{short_path(code.co_filename)}:{ranges(sorted(own - lines))}")
    return found
