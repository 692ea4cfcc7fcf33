"""By which keys runs are compared: those on which their results depend.

Where samples lie is one of them, though the names of runs leave it out. How samples are read, and what a person calls a
run, are none; nor is a key beside another one that overrules it, such as `model.depth` beside `model.hidden`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Hashable, Mapping
from typing import Any

from twinprop.config.schema import path_keys, uncompared_keys
from twinprop.models.base import ACTIVATION_KEYS
from twinprop.text import spelled

OVERRULED = {"model.hidden": ("model.depth", "model.width"), "train.steps": ("train.epochs",)}
"""Keys that say nothing where another one is not null."""

NEEDED = {"model.init_std": {("model.init", "normal")}}
"""Keys that say nothing but where another one has one of these values."""

for activation, names in ACTIVATION_KEYS.items():
    for name in names:
        NEEDED.setdefault(f"model.{name}", set()).add(("model.activation", activation))


def compared(flat: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a flat configuration by which its run is compared with others: the label, and what results depend on.

    A path is whole: `data` and `./data` are one folder.
    """
    left_out = {*uncompared_keys("source", "reading", "telling", "keeping")}
    for owner, keys in OVERRULED.items():
        if flat.get(owner) is not None:
            left_out |= {*keys}
    for key, needs in NEEDED.items():
        if all(flat.get(owner, value) != value for owner, value in needs):
            left_out.add(key)
    paths = path_keys()
    return {key: whole(value) if key in paths else value for key, value in flat.items() if key not in left_out}


def whole(path: Any) -> Any:
    """A path from the root of the file system."""
    return os.path.abspath(os.path.expanduser(path)) if isinstance(path, str) else path


def identity(flat: Mapping[str, Any]) -> Hashable:
    """What is the same for configurations that train the same network in the same way."""
    keys = compared(flat)
    for name in ("label", "experiment"):
        keys.pop(name, None)
    depth, width = keys.get("model.depth"), keys.get("model.width")
    if isinstance(depth, int) and width is not None:
        del keys["model.depth"], keys["model.width"]
        keys["model.hidden"] = [width] * depth
    pairs = sorted((key, sys.intern(spelled(value))) for key, value in keys.items() if value is not None)
    return tuple(part for pair in pairs for part in pair)  # flat and shared, for a sweep may have 100,000 of them
