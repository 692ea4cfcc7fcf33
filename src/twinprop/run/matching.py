"""Whether a training can go on from a checkpoint: what its bits depended on, then and now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from twinprop.config.plugins import loaded
from twinprop.config.schema import Config, flatten
from twinprop.errors import TwinpropError
from twinprop.run.checkpoints import Checkpoint, code_digest, log
from twinprop.run.setup import Setup

VERSIONS = ("twinprop", "python", "numpy", "torch")

MACHINE = ("cpu", "blas", "device", "threads")
"""What changes results by rounding only."""

LENGTHS = ("train.epochs", "train.steps", "train.patience")
"""Keys that may change when a run goes on: how long it trains."""

FORCE = "--force goes on all the same, and gives other results than without the pause"


def about(setup: Setup, configs: Sequence[Config], environment: Mapping[str, Any]) -> dict[str, Any]:
    """What must be the same when training goes on.

    Args:
        setup: the samples.
        configs: of each network.
        environment: as in summary.json.
    """
    return {
        "code": code_digest(),
        "plugins": {plugin.name: plugin.sha256 for plugin in loaded()},
        "data": setup.checksums,
        "environment": {name: environment[name] for name in (*VERSIONS, *MACHINE)},
        "configs": [asdict(config) for config in configs],
    }


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What no longer matches, but for how long it trains."""
    found = []
    for name in VERSIONS:
        before, today = then["environment"][name], now["environment"][name]
        if before != today:
            found.append(f"{name}: was {before}, is {today}.")
    if then["code"] != now["code"]:
        found.append("twinprop's own code has changed.")
    before, today = then.get("plugins", {}), now["plugins"]
    found += [f"{name} has changed." for name in before if name in today and before[name] != today[name]]
    changed = [name for name, value in now["data"].items() if then["data"][name] != value]
    if changed:
        found.append(f"the samples have changed ({', '.join(changed)}).")
    for before, today in zip(then["configs"], now["configs"], strict=True):
        found += changed_keys(before, today)
    return list(dict.fromkeys(found))


def changed_keys(before: Any, now: Any) -> list[str]:
    """The keys of two configurations that differ, but for how long they train, with their values."""
    old, new = flatten(before), flatten(now)
    return [
        f"{key}: was {old.get(key)}, is {new.get(key)}."
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key) and key not in LENGTHS
    ]


def check_match(checkpoint: Checkpoint, now: Mapping[str, Any], force: bool, steps: int | None = None) -> None:
    """Check that training can go on from a checkpoint, to so many `steps` if these are known.

    Raises:
        TwinpropError: more were done, or something no longer matches, and `force` is false; the text lists it.
    """
    if steps is not None and checkpoint.position.steps > steps:
        done = checkpoint.position.steps
        raise TwinpropError(f"{checkpoint.path}: is of step {done:,}, and training would end at step {steps:,}.")
    found = differences(checkpoint.about, now)
    if found and not force:
        lines = "\n".join(f"  {line}" for line in found)
        raise TwinpropError(f"{checkpoint.path}: is not of what would go on now:\n{lines}\n{FORCE}.")
    then, today = checkpoint.about["environment"], now["environment"]
    moved = [f"{name} {then[name]}, now {today[name]}" for name in MACHINE if then[name] != today[name]]
    for line in [*found, *([f"rounding may differ: {'; '.join(moved)}."] if moved else [])]:
        log.warning(f"Going on from {checkpoint.path.name}, but {line}")
