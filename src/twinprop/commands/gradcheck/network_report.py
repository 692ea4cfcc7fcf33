"""The result of checking a configured network in words: a table, and which `backward` to look at."""

from __future__ import annotations

import numpy as np

from twinprop.commands.gradcheck.network import AUTOGRAD_TOLERANCE, Result, Row
from twinprop.gradcheck.report import entry_text, shape_text, table


def report_text(result: Result) -> str:
    """The result as a table, and where to look if something is wrong."""
    heading = ("parameter", "shape", "against autograd", "against differences", "entries", "in doubt", "")
    rows: list[tuple[str, ...]] = [heading]
    for row in result.rows:
        numeric = row.numeric
        rows.append(
            (
                row.name,
                shape_text(row.shape),
                "-" if row.theirs is None else f"{row.autograd:.1e}",
                f"{numeric.error:.1e}" if numeric.worst is not None else "-",
                f"{numeric.checked} of {numeric.analytic.size}",
                str(numeric.doubtful),
                "pass" if row.passed else "FAIL",
            )
        )
    lines = [f"Gradients of {result.title}", "", table(rows), ""]
    if not result.losses_agree:
        lines.append(
            f"The loss is {result.loss:.6g} by hand and {result.their_loss:.6g} in PyTorch: "
            "some `forward` differs, so look there first."
        )
    failed = [row for row in result.rows if not row.passed]
    if not failed:
        agree = "agree" if result.losses_agree else "were checked"
        lines.append(f"All {len(rows) - 1} gradients {agree}: the errors are the largest relative ones.")
        return "\n".join(lines)
    lines.append(f"{len(failed)} of {len(rows) - 1} gradients are wrong: {', '.join(row.name for row in failed)}.")
    lines += [worst_entry(row) for row in failed]
    lines.append(suspects(result))
    return "\n".join(lines)


def worst_entry(row: Row) -> str:
    where = row.autograd_worst if row.autograd > AUTOGRAD_TOLERANCE else row.numeric.worst
    assert where is not None
    numeric = row.numeric.numeric[where]
    differences = "" if np.isnan(numeric) else f", differences {numeric:.6g}"
    autograd = "" if row.theirs is None else f", autograd {row.theirs[where]:.6g}"
    return f"  {entry_text(row.name, where)}: by hand {row.numeric.analytic[where]:.6g}{autograd}{differences}"


def suspects(result: Result) -> str:
    """Which layers' `backward` can be at fault: the gradient flows from the last layer to the first."""
    passed: dict[str, list[bool]] = {}
    for row in result.rows:
        passed.setdefault(row.name.rpartition(".")[0], []).append(row.passed)
    last = next(name for name in reversed(passed) if not all(passed[name]))
    if any(passed[last]):
        return f"Look at the backward of {last}: what reaches it is right, or all of its gradients would be wrong."
    position = result.layers.index(last)
    after = [name for name in passed if result.layers.index(name) > position]
    end = result.layers.index(after[0]) if after else len(result.layers) - 1
    names = result.layers[position : end + 1]
    what = f"from {after[0]} on the gradients are right" if after else "nothing after it is right"
    loss = [] if after else ["the loss"]
    return f"Look at the backward of {', '.join([*names, *loss])}: {what}."
