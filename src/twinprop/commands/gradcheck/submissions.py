"""Every submission of a class of students: each in a process of its own, with a time limit and without a network.

So one that hangs, crashes or ends Python spoils no other.
"""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from glob import glob
from pathlib import Path
from typing import Any

from twinprop.errors import TwinpropError
from twinprop.text import plural

COLUMNS = ("file", "verdict", "right", "gradients", "wrong", "message")


def check_submissions(layer: str, options: dict[str, Any], table: str, timeout: float) -> int:
    """Check every file that a pattern fits, and write a row for each; 0 if all could be written.

    Args:
        layer: `PATTERN:Class`.
        options: of the check, in the order of `check_class`.
        table: the file that is written.
        timeout: seconds for each.

    Raises:
        TwinpropError: no file fits.
    """
    pattern, _, names = layer.rpartition(":")
    if not pattern:
        pattern, names = layer, ""
    files = sorted(glob(pattern, recursive=True))
    if not files:
        raise TwinpropError(f"--layer {layer}: no file fits {pattern}; the pattern is taken from {Path.cwd()}.")
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        answers = list(pool.map(lambda file: answer_of(file, names, options, timeout), files))
    rows = [row for file, answer in zip(files, answers, strict=True) for row in rows_of(file, answer)]
    with open(table, "w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in Counter(one["verdict"] for one in rows).items())
    more = f" with {len(rows)} parts" if len(rows) > len(files) else ""
    print(f"{plural(len(files), 'submission')}{more}: {counts}; see {table}")
    return 0


def answer_of(file: str, names: str, options: dict[str, Any], timeout: float) -> dict[str, Any]:
    """The report of one submission; what became of its process where there is none."""
    path = Path(file).absolute()
    asked = {"layer": f"{path.name}:{names}" if names else path.name, "options": options}
    command = [sys.executable, "-P", "-m", "twinprop.commands.gradcheck.one", json.dumps(asked)]
    process = subprocess.Popen(
        command,
        cwd=path.parent,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        out, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)  # with what it has started
        else:
            process.kill()
        process.communicate()
        return {"verdict": "timeout", "message": f"not done after {timeout:g} seconds"}
    lines = out.splitlines()
    try:
        answer: dict[str, Any] = json.loads(lines[-1])
        return answer
    except (ValueError, IndexError):
        return {"verdict": "crash", "message": f"its process ended with status {process.returncode} and no report"}


def rows_of(file: str, answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a submission: one for each thing that was checked in it."""
    if "checked" not in answer:
        return [row(file, answer)]
    return [row(f"{file}:{one['name'].rpartition(':')[2]}", one) for one in answer["checked"]]


def row(file: str, answer: dict[str, Any]) -> dict[str, Any]:
    """A row of the table."""
    gradients: Sequence[dict[str, Any]] = answer.get("gradients", [])
    wrong = [one["name"] for one in gradients if not one["passed"]]
    hints = [f"{', '.join(one['gradients'])}: {one['text']}" for one in answer.get("hints", [])]
    message = answer.get("message") or "; ".join([*hints, *answer.get("advice", [])])
    return {
        "file": file,
        "verdict": answer["verdict"],
        "right": len(gradients) - len(wrong),
        "gradients": len(gradients),
        "wrong": " ".join(wrong),
        "message": " ".join(message.split()),
    }
