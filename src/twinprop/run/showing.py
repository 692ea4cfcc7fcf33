"""What only shows a run may fail, and ends nothing: it is told once and left out."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from twinprop.errors import first_line

log = logging.getLogger("twinprop")

told: set[tuple[Hashable, str, str]] = set()
"""What was told in this process: of which runs, what fails, and the kind of its error."""


@contextmanager
def only_shows(what: str, of: Hashable = None) -> Iterator[None]:
    """Leave out what fails within, and say so, but once for each kind of error.

    Results are not for showing only: what writes metrics.csv, summary.json or the model does not belong in here.

    Args:
        what: is left out, for the message: `the confusion matrix`.
        of: the run or the sweep that it is told of once; None is the process.
    """
    try:
        yield
    except Exception as error:
        tell(what, error, of)


def tell(what: str, error: Exception, of: Hashable = None, then: str = "training goes on") -> str:
    """Say in the log that something is left out, and return what is said; nothing where it was said before."""
    key = of, what, type(error).__name__
    if key in told:
        return ""
    told.add(key)
    text = f"{what}: left out, for it failed ({first_line(error)}); {then}."
    before, logging.raiseExceptions = logging.raiseExceptions, False  # a handler may write to what just failed
    try:
        log.warning(text)
        log.debug("".join(traceback.format_exception(error)))
    finally:
        logging.raiseExceptions = before
    return text
