"""What a network that was trained on a table says of the rows of others, which are raw as that was."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from twinprop.errors import DataError
from twinprop.run.saved import Run
from twinprop.task import task_of
from twinprop.text import shown

if TYPE_CHECKING:
    import pandas

MOST_COLUMNS = 10
"""Classes that have a column each; of more, the most likely are listed."""


def table_predictions(run: Run, path: str) -> tuple[pandas.DataFrame, list[str]]:
    """What the network of a run on a table says of each row of another table, and what is to be told of them.

    Of classes it is the one with the largest output, with those of all; of numbers, in their own units.

    Raises:
        TwinpropError: the table cannot be read, or lacks what the network was trained on.
    """
    import pandas

    from twinprop.data.preparation import Preparation
    from twinprop.data.table_file import read_table

    saved = run.saved["data"]
    raw = read_table(path, missing_values=saved["table"].get("missing_values", ()))
    x, remarks = Preparation.from_dict(saved["table"]).inputs(raw)
    found, classes = run.outputs(x.astype(run.config.model.dtype)), saved["classes"]
    target = saved["table"]["target"]
    rows = pandas.DataFrame({"row": raw.frame.index})
    if not classes:
        rows[target] = task_of(saved["task"]).told(found[:, 0])
    else:
        rows[target] = [classes[place] for place in found.argmax(-1)]
        if len(classes) <= MOST_COLUMNS:
            rows = rows.join(pandas.DataFrame(found, columns=classes), rsuffix=" (class)")
    return rows, remarks


def predict_tables(run: Run, args: argparse.Namespace) -> list[str]:
    """Print what the network of a run on a table says of the rows of others; return what is wrong with some."""
    wrong = []
    for path in args.files:
        try:
            rows, remarks = table_predictions(run, path)
        except DataError as error:
            wrong.append(str(error))
            continue
        form = "{:.4f}".format if run.saved["data"]["classes"] else "{:.6g}".format
        if args.json:
            print(rows.to_json(orient="records", force_ascii=False))
        elif args.csv:
            print(rows.to_csv(index=False, lineterminator="\n"), end="")
        else:
            print(shown(rows.to_string(index=False, float_format=form)))
        for remark in remarks:
            print(shown(remark), file=sys.stderr if args.json or args.csv else sys.stdout)
    return wrong
