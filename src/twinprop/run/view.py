"""A run as a person looks at it: a line where it is printed, and in a notebook a small table with its curves."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

SPLITS = ("train", "val", "test")
COLOURS = {"train": "#4477aa", "val": "#ee7733", "test": "#228833"}
WIDTH, HEIGHT, LEFT, BOTTOM = 300, 150, 44, 18
"""Of a picture of curves, and the margins for its numbers, in pixels."""


def line(path: str, summary: Mapping[str, Any]) -> str:
    """`Run('outputs/runs/x', completed, test accuracy 0.9666, loss 0.1051)`"""
    test = summary.get("test") or {}
    names = sorted(test, key=lambda name: name == "loss")
    found = [f"{name} {test[name]:.4f}" for name in names if isinstance(test[name], int | float)]
    results = f"test {', '.join(found[:2])}" if found else "no results"
    return f"Run({path!r}, {summary.get('status')}, {results})"


def page(path: str, summary: Mapping[str, Any], metrics: Any) -> str:
    """A table of the results of each split, and the curves of the loss and of what else was measured.

    Args:
        path: the run's directory.
        summary: of it.
        metrics: its evaluations, a table of pandas; None where it has none.
    """
    results = {split: summary.get(split) or {} for split in SPLITS}
    names = list(dict.fromkeys(name for each in results.values() for name in each))
    head = "".join(f"<th>{html.escape(name)}</th>" for name in ("", *names))
    rows = "".join(
        f"<tr><th>{split}</th>{''.join(f'<td>{number(each.get(name))}</td>' for name in names)}</tr>"
        for split, each in results.items()
    )
    reason = f": {summary['reason']}" if summary.get("reason") else ""
    about = f"{summary.get('status')}{reason}; {summary.get('epochs', 0)} epochs; {path}"
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    pictures = "" if metrics is None else "".join(curves(metrics, name) for name in names if f"test_{name}" in metrics)
    return f"<div><div><code>{html.escape(about)}</code></div>{table}{pictures}</div>"


def number(value: Any) -> str:
    """A result in a cell."""
    return f"{value:.4f}" if isinstance(value, int | float) and math.isfinite(value) else "–"


def curves(metrics: Any, name: str) -> str:
    """SVG: a result of each split over the epochs."""
    epochs = [float(each) for each in metrics["epoch"]]
    lines = {
        split: [float(each) for each in metrics[f"{split}_{name}"]] for split in SPLITS if f"{split}_{name}" in metrics
    }
    finite = [each for values in lines.values() for each in values if math.isfinite(each)]
    if not finite:
        return ""
    low, high = min(finite), max(finite)
    x, y = scale(epochs, LEFT, WIDTH - 8), scale([low, high], HEIGHT - BOTTOM, 16)
    drawn = "".join(
        f'<polyline points="{points(zip(map(x, epochs), values, strict=True), y)}" fill="none" '
        f'stroke="{COLOURS[split]}" stroke-width="1.5"/>'
        for split, values in lines.items()
    )
    names = "".join(
        f'<text x="{LEFT + 6 + 38 * place}" y="11" fill="{COLOURS[split]}">{split}</text>'
        for place, split in enumerate(lines)
    )
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="10" fill="#666">'
        f'<path d="M{LEFT} 14V{HEIGHT - BOTTOM}H{WIDTH - 8}" fill="none" stroke="#bbb"/>{drawn}{names}'
        f'<text x="{WIDTH - 8}" y="11" text-anchor="end">{html.escape(name)}</text>'
        f'<text x="{LEFT - 4}" y="22" text-anchor="end">{high:.3g}</text>'
        f'<text x="{LEFT - 4}" y="{HEIGHT - BOTTOM}" text-anchor="end">{low:.3g}</text>'
        f'<text x="{LEFT}" y="{HEIGHT - 5}">epoch {epochs[0]:g}</text>'
        f'<text x="{WIDTH - 8}" y="{HEIGHT - 5}" text-anchor="end">{epochs[-1]:g}</text></svg>'
    )


def scale(values: Sequence[float], start: float, end: float) -> Any:
    """A function that takes values to pixels from `start` to `end`."""
    low, high = min(values), max(values)
    return lambda value: start + (end - start) * ((value - low) / (high - low) if high > low else 0.5)


def points(pairs: Iterable[tuple[float, float]], y: Any) -> str:
    """Points of a line, without values that are not finite."""
    return " ".join(f"{x:.1f},{y(value):.1f}" for x, value in pairs if math.isfinite(value))
