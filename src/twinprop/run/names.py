"""Names of the directories of runs and sweeps: what was varied, readable in TensorBoard's list, never twice."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path, PureWindowsPath

from twinprop.config.schema import path_keys, uncompared_keys

LONGEST, LONGEST_OF_SWEEP = 60, 36
"""Letters of the name of a run, and of a sweep's before its date: so that no path below outputs/ is longer than 200."""

MOST_BYTES = 200
"""Of a name, as a file system counts: most take 255, and a date, a number or the like comes before or after it."""

CUT = "-etc"
"""How a name ends that was longer."""

RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(10))}
"""What Windows takes for a device, also before a dot."""

DATE = re.compile(r"_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d(-\d+)?$")
"""With which the name of a single run ends."""

NOT_NAMED = ("hydra", "+sweeps", "experiment")
"""Overrides of no key of a run, which a name leaves out; a study and an experiment have their own place in it."""

SOURCES = ("from", "init_from")
"""Overrides that name another run."""


def short_name(overrides: Sequence[str], label: str | None) -> str:
    """`activation-tanh_lr-0.01` from overrides: the last part of each key, and its value."""
    parts = [label] if label else []
    left_out = (*NOT_NAMED, *path_keys(), *uncompared_keys("source", "label", "keeping"))
    for override in overrides:
        key, _, value = override.partition("=")
        if key in SOURCES:
            parts.append(f"{key}={source_name(value)}")
        elif not key.startswith(left_out):
            parts.append(f"{key.lstrip('+~').rpartition('.')[2]}={value}")
        elif key == "experiment":
            parts.append(value)
    return safe("_".join(parts) or "default")


def source_name(path: str) -> str:
    """The name of a run that another one begins with, without its date."""
    return DATE.sub("", PureWindowsPath(path.strip("'\"")).name)  # which knows both kinds of separators


def safe(name: str, longest: int = LONGEST) -> str:
    """A name of so many letters that every file system takes, and that the command line takes back without quotes."""
    name = unicodedata.normalize("NFC", re.sub(r"[\[\]'\"]", "", name))
    name = re.sub(r"[^\w.+\-]", "_", re.sub(r"[=,]+", "-", name))
    if len(name) > longest or len(name.encode()) > MOST_BYTES:
        name = beginning(name, longest - len(CUT), MOST_BYTES - len(CUT)) + CUT
    name = name.rstrip(".") or "_" * bool(name)  # Windows takes a dot at the end away
    return f"_{name[: longest - 1]}" if name.partition(".")[0].upper() in RESERVED else name


def beginning(text: str, letters: int, size: int) -> str:
    """As much of a text as has so many letters and, in UTF-8, so many bytes."""
    return text[:letters].encode()[:size].decode(errors="ignore")


def unused(path: str) -> str:
    """`path`, or the first of `path-2`, `path-3`, ... that is not there yet."""
    candidate, number = Path(path), 1
    while candidate.exists():
        number += 1
        candidate = Path(f"{path}-{number}")
    return str(candidate)
