"""What backward left that looks like a gradient, and that nothing was compared with."""

from __future__ import annotations

from typing import Any

import numpy as np

from twinprop.gradcheck.gradient_names import DICTS, parameter_names
from twinprop.gradcheck.held import all_attributes, is_float_array, is_number
from twinprop.gradcheck.report import Gradient
from twinprop.gradcheck.trial import Trial


def unchecked_gradients(trial: Trial, gradients: list[Gradient]) -> list[str]:
    """What backward left that is named as gradients are, and belongs to no parameter and to nothing from forward."""
    made, constructed = trial.subject.made, trial.subject.constructed
    before = arrays_by_name(made)
    trial.subject.forward(trial.x, trial.inputs.y)
    # what forward makes anew and backward does not fill is no gradient, as a `difference` that a loss keeps
    fresh = {name: array.copy() for name, array in arrays_by_name(made).items() if array is not before.get(name)}
    kept = {f"{owner}{name}".lower() for owner, name, _ in all_attributes(made) if f"{owner}{name}" not in constructed}
    known = [trial.backward(), trial.dy]
    after = arrays_by_name(made)
    caches = {name for name, array in fresh.items() if name in after and np.array_equal(after[name], array)}
    found = []
    for owner, name, value in all_attributes(made):
        # delta is what many call the gradient of a layer's sum
        of = set() if name.startswith("delta") else {owner.lower() + stem.lower() for stem in parameter_names(name)}
        if name in DICTS and isinstance(value, dict):
            found += [f"{owner}{name}[{key!r}]" for key in value]
        elif owner + name in constructed or owner + name in caches or not holds_numbers(value):
            continue
        elif of and not of & kept and not any(np.array_equal(value, other) for other in known if other is not None):
            found.append(owner + name)
    names = [gradient.name for gradient in gradients]
    return [name for name in found if not any(other == name or other.startswith(f"{name}[") for other in names)]


def arrays_by_name(made: Any) -> dict[str, Any]:
    return {owner + name: value for owner, name, value in all_attributes(made) if is_float_array(value)}


def holds_numbers(value: Any) -> bool:
    return is_number(value) or is_float_array(value) or (isinstance(value, list | tuple | dict) and len(value) > 0)
