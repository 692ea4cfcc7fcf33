"""What a configuration may have Python call: a few names that are needed, and those that the user allows.

Hydra imports and calls what a configuration names as a `_target_`, or as a class of the log. A configuration may be
somebody else's, so hydra_main.py lists exact names. Whoever starts the command adds to them in the environment variable
TWINPROP_ALLOW, which no file can set.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser

from twinprop.errors import ConfigError

ALLOW = "TWINPROP_ALLOW"

FULL = re.compile(r"\w+(\.\w+)+")

NOT_LISTED = re.compile(r"arget '([^']+)'(?: \(resolved from '([^']+)'\))? is not in the Hydra execution whitelist")


def allowed() -> list[str]:
    """The names that the user allows.

    Raises:
        ConfigError: one of them stands for many.
    """
    names = [name.strip() for name in os.environ.get(ALLOW, "").split(",") if name.strip()]
    vague = [f"{ALLOW}={name}: must be full names, as mine.Callback." for name in names if not FULL.fullmatch(name)]
    if vague:
        raise ConfigError(vague)
    return names


def refused(where: str, name: str) -> str:
    """That something would be called which may not be, and how to allow it."""
    return f"{where}: would call {name}, which a configuration may not; if you trust it, set {ALLOW}={name}."


def refusal(error: Exception) -> str:
    """What to say where Hydra refuses to call something."""
    text = str(error)
    where = text.rpartition("full_key: ")[2].strip() if "full_key: " in text else "hydra"
    match = NOT_LISTED.search(text)
    if match is not None:
        return refused(where, match[2] or match[1])
    return f"{where}: {' '.join(text.partition('full_key: ')[0].split())}"


def typed(key: str, words: Sequence[str]) -> bool:
    """Whether the overrides `words` of the command line give a value to `key`, by itself or within its group."""
    for override in OverridesParser.create().parse_overrides(list(words)):
        if override.is_delete():
            continue
        given = override.key_or_group
        if key == given or (key.startswith(f"{given}.") and holds(override.value(), key[len(given) + 1 :].split("."))):
            return True
    return False


def holds(value: Any, path: Sequence[str]) -> bool:
    """Whether there is something at `path` in nested dictionaries."""
    for name in path:
        if not isinstance(value, Mapping):
            return False
        value = value.get(name)
    return value is not None
