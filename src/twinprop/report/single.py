"""What a report says of a run by itself: its results at the best and at the last epoch."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from twinprop.report.table import Table
from twinprop.report.words import SPLITS, listed, measure_words, metric_words
from twinprop.run.saved import Run
from twinprop.task import MEASURES, task_named


def told(value: Any, measure: str) -> str:
    """A result, or that there is none."""
    there = isinstance(value, int | float) and math.isfinite(value)
    return f"{value:{MEASURES[measure].form}}" if there else "-"


def results_table(run: Run) -> Table:
    """What was measured at the epoch that validation chose, and at the last one."""
    summary, measures = run.summary, task_named(run.summary.get("task")).measures()
    columns = [f"{split}_{what}" for what in (*measures[1:], measures[0]) for split in SPLITS]
    best, last = (summary.get("best") or {}).get("epoch"), summary.get("epochs")
    rows = []
    for name, epoch in (("best", best), ("last", last)):
        if not epoch or (name == "last" and epoch == best):
            continue
        at = np.flatnonzero(run.curves.get("epoch", np.array([])) == epoch)
        cells = {column: run.curves[column][at[0]] for column in columns} if len(at) else {}
        also = [name, *["last"] * (name == "best" and epoch == last)]
        rows.append([f"{epoch}, {listed(also)}", *(told(cells.get(c), c.partition("_")[2]) for c in columns)])
    return Table("Results", ["epoch", *map(metric_words, columns)], rows)


def answer(run: Run, metric: str) -> list[str]:
    """What became of a run, in a sentence or two."""
    summary = run.summary
    measure = metric.partition("_")[2]
    kept, best = (summary.get("weights") or {}).get("kept"), summary.get("best") or {}
    chosen = kept == "best" and best
    epoch = best["epoch"] if chosen else summary.get("epochs")
    test = (best.get("test") if chosen else summary.get("test")) or {}
    validation = best if chosen else summary.get("val") or {}
    why = ", which validation chose" if chosen else ""
    lines = [
        f"The model is of epoch {epoch}{why}: test {measure_words(measure)} {told(test.get(measure), measure)}, "
        f"validation {measure_words(measure)} {told(validation.get(measure), measure)}."
    ]
    if summary["status"] != "completed" or summary.get("reason"):
        reason = f": {summary['reason']}" if summary.get("reason") else ""
        lines.append(f"It {'' if summary['status'] == 'completed' else summary['status']}{reason}".strip() + ".")
    return lines
