"""What the best run gets right of each class: precision, recall and F1, with their means."""

from __future__ import annotations

from typing import Any

from twinprop.report.study import Study
from twinprop.report.table import MOST_ROWS, Table
from twinprop.run.by_class import MEASURES


def classes_table(study: Study) -> Table | None:
    """A row for each class, on the test split; None of numbers, and of runs that saved nothing of it."""
    run = study.best_run
    if run is None:
        return None
    best = run.summary.get("best") or {}
    found = best.get("test_by_class") or run.summary.get("test_by_class")
    if not found:
        return None
    epoch = best["epoch"] if "test_by_class" in best else run.summary["epochs"]
    whole = {"samples": sum(row["samples"] for row in found["classes"].values()), **found["macro"]}
    rows = [cells(name, row) for name, row in found["classes"].items()]
    which = run.path.name if study.alone else f"{run.path.name}, the best run"
    notes = [f"Of {which}, at epoch {epoch}, on the test split.", *found["undefined"][:MOST_ROWS]]
    if found.get("roc_auc") is not None:
        notes.insert(1, f"ROC AUC {found['roc_auc']:.4f}.")
    if len(rows) > MOST_ROWS:
        notes.append(f"and {len(rows) - MOST_ROWS} more classes, all in summary.json")
    head = ["class", "samples", "precision", "recall", "F1"]
    return Table("Each class", head, [*rows[:MOST_ROWS], cells("mean", whole)], notes)


def cells(name: str, row: dict[str, Any]) -> list[str]:
    """A class in words; what is not defined is a dash."""
    shares = (row[measure] for measure in MEASURES)
    return [name, f"{row['samples']:,}", *("-" if share is None else f"{share:.4f}" for share in shares)]
