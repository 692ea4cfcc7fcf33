"""kece470: what it changes to measure the test split on pixels from 0 to 255."""

from __future__ import annotations

from statistics import fmean

from reproduction.page import Page, table

WAYS = {"right": "in [0, 1]", "unscaled": "from 0 to 255"}
"""Of measuring, and what pixels are."""


def tell(page: Page) -> None:
    rows = page.rows("unscaled_test")
    if not rows:
        return
    head = ["seed", *(f"test {what}, pixels {pixels}" for what in ("accuracy", "loss") for pixels in WAYS.values())]
    cells = [
        [str(row["seed"]), *(f"{row[f'{way}_{what}']:.4f}" for what in ("accuracy", "loss") for way in WAYS)]
        for row in rows
    ]
    lost = fmean(row["right_accuracy"] - row["unscaled_accuracy"] for row in rows)
    page.fill(results=table(head, cells), lost=lost)
    page.fill(times=fmean(row["unscaled_loss"] / row["right_loss"] for row in rows))
    page.claim("unscaled pixels cost less than a hundredth of accuracy", 0 <= lost < 0.01, lost=lost)
