"""One class, checked for a program that reads the answer: a report as data, whatever the class prints.

As a process of its own, `python -m twinprop.commands.gradcheck.one`, it opens no connection and starts no program.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from twinprop.errors import TwinpropError

if TYPE_CHECKING:
    from twinprop.gradcheck.report import Report

VERDICTS = ("right", "right, but", "error", "wrong")
"""From the best to the worst; an error is where there is no verdict."""

REFUSED = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "urllib.",
    "ftplib.",
)
"""What code under test may not do, as Python's audit events call it."""


def checks(layer: str, options: dict[str, Any]) -> Iterator[tuple[str, Report | TwinpropError]]:
    """What `--layer` names, with its report, or what stands in the way of one; of a file that is named alone, each."""
    from twinprop.gradcheck.check import check_class
    from twinprop.gradcheck.source.loading import SeveralError

    todo = [layer]
    for one in todo:
        try:
            yield one, check_class(one, *options.values())
        except SeveralError as error:
            if not error.names or options["args"]:  # arguments are those of one class
                yield one, error
            else:
                todo += [f"{error.source}:{name}" for name in error.names]
        except TwinpropError as error:
            yield one, error


def check(layer: str, options: dict[str, Any]) -> dict[str, Any]:
    """The report as data: `{"verdict": "error", "message": ...}` where there is none.

    Of a file that is named alone and holds several things it is `{"verdict": the worst, "checked": [...]}`, each with
    its name.
    """
    from twinprop.gradcheck.report import report_data

    with contextlib.redirect_stdout(sys.stderr):
        found = {
            name: {"verdict": "error", "message": str(one)} if isinstance(one, TwinpropError) else report_data(one)
            for name, one in checks(layer, options)
        }
    if layer in found:
        return found[layer]
    worst = max((one["verdict"] for one in found.values()), key=VERDICTS.index)
    return {"verdict": worst, "checked": [{"name": name, **one} for name, one in found.items()]}


def refuse(event: str, args: tuple[Any, ...]) -> None:
    """An audit hook that cannot be taken away again."""
    if event.startswith(REFUSED):
        raise PermissionError(f"{event} is not allowed here: no network, and no other programs")


def main() -> None:
    """Read a class and options as JSON, and print the answer as the last line."""
    asked = json.loads(sys.argv[1])
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the class prints, at its end too, is no answer
    import twinprop.gradcheck.check  # noqa: F401  what NumPy starts itself is allowed

    sys.addaudithook(refuse)
    print(json.dumps(check(asked["layer"], asked["options"])), file=answer, flush=True)


if __name__ == "__main__":
    main()
