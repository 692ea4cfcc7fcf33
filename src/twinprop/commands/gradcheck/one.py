"""One class, checked for a program that reads the answer: a report as data, whatever the class prints.

As a process of its own, `python -m twinprop.commands.gradcheck.one`, it opens no connection and starts no program.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import Any

from twinprop.errors import TwinpropError

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


def check(layer: str, options: dict[str, Any]) -> dict[str, Any]:
    """The report of a class, or what stands in the way of one: `{"verdict": "error", "message": ...}`."""
    from twinprop.gradcheck.check import check_class
    from twinprop.gradcheck.report import report_data

    with contextlib.redirect_stdout(sys.stderr):
        try:
            return report_data(check_class(layer, *options.values()))
        except TwinpropError as error:
            return {"verdict": "error", "message": str(error)}


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
