"""cs324: what its CNN would learn from batch norm's weights as its script printed them."""

from __future__ import annotations

import math

from reproduction.page import Page, table

SHOWN = (1, 2, 5, 10, 20)
"""Steps."""


def tell(page: Page) -> None:
    rows = page.rows("zero_batch_norm")
    if not rows:
        return
    right, printed = ({row["step"]: row for row in rows if row["printed"] is which} for which in (False, True))
    steps = [step for step in SHOWN if step in printed]
    cells = [[str(step), *(f"{each[step]['loss']:.4f}" for each in (right, printed))] for step in steps]
    page.fill(losses=table(["step", "training loss, weights 1", "training loss, weights 0 as printed"], cells))
    moved = {name for row in printed.values() for name in row["moved"]}
    last = max(printed)
    page.fill(steps=last, moved=", ".join(f"`{name}`" for name in sorted(moved)), of=printed[1]["of"])
    page.claim(
        "as printed the loss stays that of a guess",
        all(abs(row["loss"] - math.log(10)) < 1e-3 for row in printed.values()),
        first=printed[1]["loss"],
        last=printed[last]["loss"],
    )
    page.claim("as printed only the output's bias has a gradient", moved == {"output.bias"}, moved=", ".join(moved))
    page.claim(
        "with weights of 1 the loss falls", right[last]["loss"] < right[1]["loss"] - 0.3, last=right[last]["loss"]
    )
