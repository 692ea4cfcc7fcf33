"""A table in words, and how it is written: for a terminal, Markdown, CSV, LaTeX."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from twinprop.text import csv_text, markdown_table, plural, shown

MOST_ROWS = 30
"""Of a table on the page and the terminal; results.csv has them all."""


@dataclass
class Table:
    """A table in words.

    Attributes:
        title: what it shows.
        head: names of the columns.
        rows: as many cells each.
        notes: sentences below it.
        names: how many columns from the left hold words, and no numbers.
    """

    title: str
    head: list[str]
    rows: list[list[str]]
    notes: list[str] = field(default_factory=list)
    names: int = 1

    def shortened(self, most: int = MOST_ROWS) -> Table:
        """It with its first rows, and a note on the others."""
        more = len(self.rows) - most
        note = [f"and {plural(more, 'more row')}, all in results.csv"] * (more > 0)
        return Table(self.title, self.head, self.rows[:most], [*self.notes, *note], self.names)

    def markdown(self) -> str:
        """As Markdown takes it."""
        return markdown_table(self.head, self.rows, self.head[self.names :])

    def csv(self) -> str:
        """As spreadsheets take it."""
        return csv_text([self.head, *self.rows])

    def latex(self) -> str:
        """As LaTeX takes it, with the package booktabs."""
        lines = [" & ".join(map(latex_text, line)) + r" \\" for line in [self.head, *self.rows]]
        columns = "l" * self.names + "r" * (len(self.head) - self.names)
        return "\n".join(
            [
                rf"\begin{{tabular}}{{{columns}}}",
                r"\toprule",
                lines[0],
                r"\midrule",
                *lines[1:],
                r"\bottomrule",
                r"\end{tabular}",
            ]
        )

    def terminal(self) -> Any:
        """As rich prints it."""
        from rich.table import Table as Rich

        caption = "\n".join(map(shown, self.notes)) or None
        table = Rich(
            title=shown(self.title),
            title_justify="left",
            title_style="",
            caption=caption,
            caption_justify="left",
            caption_style="",
            box=None,
            pad_edge=False,
            header_style="",
        )
        for place, name in enumerate(self.head):
            words = place < self.names
            table.add_column(
                name, overflow="fold", justify="left" if words else "right", no_wrap=not words and len(self.head) < 8
            )
        for row in self.rows:
            table.add_row(*map(shown, row))
        return table


def latex_text(text: str) -> str:
    """Text for LaTeX, as it stands."""
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    special |= {letter: f"\\{letter}" for letter in "&%$#_{}"} | {"±": r"$\pm$", "×": r"$\times$", "²": "$^2$"}
    return "".join(special.get(letter, letter) for letter in shown(text).replace("\n", " "))
