"""What a run of any version of twinprop left that is to be equal to the last bit: numbers as text, tensors hashed."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TIMES = ("seconds", "samples_per_second")
SUMMARY = ("status", "epochs", "steps", "test", "best")
MACHINE = ("cpu", "cores", "python", "numpy", "torch", "blas")

Facts = dict[str, str]
"""What is to be equal of a run, in the order of time. Of a tensor it is type, shape and a hash of its bytes."""


@dataclass
class Side:
    """What one checkout computed: facts by case and run, tensors by `CASE/RUN/NAME`, and the machine that it was on."""

    cases: dict[str, dict[str, Facts]] = field(default_factory=dict)
    tensors: dict[str, Any] = field(default_factory=dict)
    machine: str = ""


def weights(folder: Path) -> dict[str, Any] | None:
    """The parameters that a run saved, as arrays by their names; None where it saved none."""
    for name in ("model-last.safetensors", "model.safetensors"):
        if (folder / name).exists():
            from safetensors.numpy import load_file

            return dict(sorted(load_file(folder / name).items()))
    if (folder / "model.pt").exists():  # of earlier checkouts
        import torch

        state = torch.load(folder / "model.pt", weights_only=True)["state_dict"]
        return {name: state[name].numpy() for name in sorted(state)}
    return None


def read(side: Side, case: str, run: str, folder: Path) -> None:
    """Add what a run left in its directory."""
    facts = side.cases.setdefault(case, {}).setdefault(run, {})
    if (folder / "error").exists():
        facts["error"] = (folder / "error").read_text(encoding="utf-8")
    if (folder / "metrics.csv").exists():
        header, *rows = csv.reader((folder / "metrics.csv").read_text().splitlines())
        facts["columns"] = " ".join(header)
        for number, row in enumerate(rows, start=1):
            named = zip(header, row, strict=True)
            facts |= {f"{name} of evaluation {number}": value for name, value in named if name not in TIMES}
    state = weights(folder)
    if state is not None:
        facts["tensors"] = " ".join(sorted(state))
        for name, value in state.items():
            facts[name] = f"{value.dtype} {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}"
            side.tensors[f"{case}/{run}/{name}"] = value
    if (folder / "summary.json").exists():
        summary = json.loads((folder / "summary.json").read_text())
        (summary.get("best") or {}).pop("test_by_class", None)  # which earlier checkouts do not tell
        facts |= {key: json.dumps(summary.get(key)) for key in SUMMARY}
        about = summary.get("environment", {})
        side.machine = side.machine or ", ".join(f"{key} {about[key]}" for key in MACHINE if key in about)
