"""What `twinprop predict` found, in one shape for images, rows of numbers and tables: for people, as JSON, as CSV."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.run.saved import Run
from twinprop.task import task_of
from twinprop.text import aligned, csv_text, shortened, shown

LISTED = 5
"""Classes that are listed of many, the likeliest first."""

MOST_COLUMNS = 10
"""Classes that have a column each; of more, the most likely are listed."""

NAMED = 5
"""Samples that a note names; of more the number."""


@dataclass
class Answer:
    """What the network says of one sample.

    Attributes:
        file: that it is in.
        row: of the file, from 1 on; None of an image.
        values: an output for each class, (classes,), or the number that is predicted, (1,).
        notes: what was done to it, and in what it is unlike the training samples.
    """

    file: str
    row: int | None
    values: NDArray[Any]
    notes: list[str] = field(default_factory=list)


class Answers:
    """All of them.

    Args:
        run: whose network it is.
        found: of samples, in their order.
        top: how many classes are listed, the likeliest first; None for all.
    """

    def __init__(self, run: Run, found: Sequence[Answer], top: int | None) -> None:
        self.run, self.found, self.top = run, found, top
        about = run.saved["data"]
        self.classes: list[str] = about["classes"]
        self.target = about["table"]["target"] if "table" in about else "class"
        self.task = task_of(about.get("task"))
        self.one_file = len({answer.file for answer in found}) == 1

    def ordered(self, answer: Answer) -> list[tuple[str, float]]:
        """The classes, and what the network gives for each, the likeliest first; nothing of numbers."""
        order = np.argsort(-answer.values, kind="stable") if self.classes else ()
        return [(self.classes[place], float(answer.values[place])) for place in order][: self.top]

    def predicted(self, answer: Answer) -> Any:
        """The class, or the number in the units of the data."""
        return self.ordered(answer)[0][0] if self.classes else float(self.task.told(answer.values[0]))

    def as_json(self) -> str:
        """A list with an object for each sample: `file`, `row`, `predicted`, `outputs`, `notes`."""
        whole = [
            {
                "file": answer.file,
                "row": answer.row,
                "predicted": self.predicted(answer),
                "outputs": dict(self.ordered(answer)) if self.classes else None,
                "notes": answer.notes,
            }
            for answer in self.found
        ]
        return json.dumps(whole, ensure_ascii=False, indent=1)

    def print_csv(self) -> None:
        """A line for each sample: `file`, `row`, `predicted`, and an output for each class, or the likeliest ones."""
        columns = self.classes
        if self.top is not None:
            places = range(1, min(self.top, len(self.classes)) + 1)
            columns = [f"{what} {place}" for place in places for what in ("class", "output")]
        rows: list[list[Any]] = [["file", "row", "predicted", *columns]]
        for answer in self.found:
            outputs = answer.values.tolist() if self.classes else []
            if self.top is not None:
                outputs = [cell for pair in self.ordered(answer) for cell in pair]
            rows.append([answer.file, answer.row, self.predicted(answer), *outputs])
        print(csv_text(rows), end="")

    def as_table(self) -> str:
        """A table for people."""
        rows_there = any(answer.row is not None for answer in self.found)
        files_there = not (rows_there and self.one_file)
        whole = self.top is None and len(self.classes) <= MOST_COLUMNS
        head = [*["file"] * files_there, *["row"] * rows_there, self.target]
        head += (self.classes if whole else ["most likely"]) if self.classes else []
        lines = []
        for answer in self.found:
            predicted = self.predicted(answer)
            cells = [predicted if self.classes else f"{predicted:.6g}"]
            if self.classes and whole:
                cells += [f"{value:.4f}" for value in answer.values]
            elif self.classes:
                listed = self.ordered(answer)[: self.top or LISTED]
                cells.append(", ".join(f"{name} {value:.4f}" for name, value in listed))
            where = [*[answer.file] * files_there, *["" if answer.row is None else str(answer.row)] * rows_there]
            lines.append([*where, *cells])
        right = ["row", *(self.classes if whole else []), *([] if self.classes else [self.target])]
        loss = self.run.config.loss.name
        title = "Probabilities" if loss == "cross_entropy" else f"Outputs of the network, which was trained on {loss}"
        return "\n".join([*[title] * bool(self.classes), aligned(head, lines, right)])

    def notes(self) -> list[str]:
        """What is to be told of samples, a line for those that have it in common."""
        whose: dict[str, list[str]] = {}
        for answer in self.found:
            for note in answer.notes:
                whose.setdefault(note, []).append(self.name_of(answer))
        return [shown(f"{shortened(names, NAMED)}: {note}") for note, names in whose.items()]

    def name_of(self, answer: Answer) -> str:
        """A sample as notes call it."""
        if answer.row is None:
            return answer.file
        return f"row {answer.row}" if self.one_file else f"{answer.file}:{answer.row}"
