"""What kece470's mistake changes: python benchmarks/unscaled_test.py FILE.json SWEEP

Its script trains on pixels in [0, 1] and measures the test split on pixels from 0 to 255. The networks of a sweep
of experiment=kece470_mlp, those by hand, are measured both ways, on all of MNIST's test split.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import twinprop
from twinprop.data.vision import MNIST
from twinprop.run.directory import write_atomically
from twinprop.scratch import CrossEntropyLoss

PIXELS = {"right": 1.0, "unscaled": 255.0}
"""What a pixel in [0, 1] is multiplied by."""


def measured(run: twinprop.Run, x: NDArray[Any], y: NDArray[Any]) -> dict[str, float]:
    """Loss and accuracy with right and with unscaled pixels."""
    found: dict[str, float] = {"seed": run.keys["seed"]}
    for name, factor in PIXELS.items():
        outputs = run.network.forward(x * np.float32(factor))
        found[f"{name}_loss"] = float(CrossEntropyLoss().forward(outputs, y))
        found[f"{name}_accuracy"] = float((outputs.argmax(-1) == y).mean())
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, metavar="FILE.json", help="where to write losses and accuracies")
    parser.add_argument("sweep", type=Path, metavar="SWEEP", help="a sweep of experiment=kece470_mlp")
    args = parser.parse_args()
    test = MNIST(root=os.environ.get("TWINPROP_DATA", "data")).read().test
    assert test is not None
    assert test.x is not None
    rows = []
    for file in sorted(args.sweep.glob("*/model.safetensors")):
        run = twinprop.load(file.parent)
        if run.keys["model.backend"] != "scratch":
            continue
        rows.append(measured(run, test.x, test.y))
        print(" ".join(f"{name} {value:.6g}" for name, value in rows[-1].items()), flush=True)
    write_atomically(args.file, json.dumps({"rows": rows}, indent=1).encode())


if __name__ == "__main__":
    main()
