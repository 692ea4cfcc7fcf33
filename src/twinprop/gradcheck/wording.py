"""Tables, shapes and entries as a report writes them."""

from __future__ import annotations

import textwrap

from twinprop.gradcheck.differences import Index

WIDTH = 100
"""Letters in a line of the report."""


def table(rows: list[tuple[str, ...]]) -> str:
    """Rows of words in columns, the first row a heading."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  " + "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def shape_text(shape: Index) -> str:
    """`4×3`."""
    return "×".join(map(str, shape)) or "one number"


def entry_text(name: str, where: Index | None) -> str:
    """`W[2, 3]`."""
    return f"{name}[{', '.join(map(str, where))}]" if where else name


def paragraph(head: str, text: str) -> list[str]:
    """A text that follows `head`; its other lines are indented, and code is left as it is."""
    first, *rest = text.split("\n")
    return [*textwrap.wrap(f"{head}{first}", WIDTH), *(f"    {line}" for line in rest)]
