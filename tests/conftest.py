"""Tests run on one thread each: pytest-xdist already uses every core. Those of more than a second are slow."""

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# a sweep's report takes as long as the whole of a small one; those that are about it ask for it
os.environ["TWINPROP_REPORT"] = "false"

# what a user has named on a command line is remembered in the home folder: not of whoever runs the tests
os.environ["XDG_STATE_HOME"] = os.path.join(tempfile.gettempdir(), f"twinprop-tests-{os.getpid()}")


SLOW = Path(__file__).with_name("slow.txt")
"""Tests that took more than a second, as `pytest --durations=0 --durations-min=1` prints them."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    names = set(SLOW.read_text("utf-8").splitlines())
    for item in items:
        if item.nodeid in names:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def _nothing_of_another_test() -> Iterator[None]:
    """A command that ran in this process leaves handlers whose streams are closed by now, what was told in detail, and
    folders to import from.

    With `/tmp` among them, the files that Ray leaves in `/tmp/ray` pass for an installed Ray.
    """
    handlers, folders = logging.root.handlers[:], sys.path[:]
    levels = {log: log.level for log in (logging.root, logging.getLogger("twinprop"))}
    yield
    logging.root.handlers[:] = handlers
    for log, level in levels.items():
        log.setLevel(level)
    sys.path[:] = folders
