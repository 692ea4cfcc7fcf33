"""What a person sees of a run: a progress bar on a terminal, plain lines elsewhere, a short table at the end."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import isnan
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from twinprop.run.notebook_bar import NotebookBar, in_notebook
from twinprop.run.showing import only_shows, tell
from twinprop.task import CLASSIFICATION, Task, told
from twinprop.text import print_all, shown
from twinprop.training.monitor import Row

log = logging.getLogger("twinprop")
print_all()
# a file has no width: without one, tables would be folded at 80 characters; what users name is text, and no markup
wide = None if sys.stdout is not None and sys.stdout.isatty() else 120


class Shown(Console):
    """A console that only shows: where it cannot, that is told once, in the log and on stderr, and ends nothing."""

    def on_broken_pipe(self) -> None:
        """Whoever read this has gone, as `| head` does: that ends a process as a terminal that is closed."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())  # or the last flush would say so again
        signal.raise_signal(getattr(signal, "SIGHUP", signal.SIGINT))

    def print(self, *objects: Any, **options: Any) -> None:
        try:
            super().print(*objects, **options)
        except Exception as error:
            self.failed(error)

    def failed(self, error: Exception) -> None:
        """Say once that it cannot show anything."""
        text = tell("the console", error)
        with suppress(OSError, ValueError, AttributeError):  # it may be the same file, closed, or none at all
            sys.stderr.write(f"{text}\n" if text else "")


console = Shown(highlight=False, soft_wrap=True, markup=False, width=wide)
errors = Shown(highlight=False, soft_wrap=True, markup=False, stderr=True)


@contextmanager
def progress_bar(total: float) -> Iterator[tuple[Progress | NotebookBar | None, TaskID]]:
    """A bar on a terminal or in a notebook, and its task; no bar elsewhere, or where it cannot be shown."""
    bar: Progress | NotebookBar | None = None
    task = TaskID(0)
    if in_notebook():
        with only_shows("the progress bar"):
            bar = NotebookBar(total)
    elif console.is_terminal:
        with only_shows("the progress bar"):
            columns = (BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TextColumn("{task.description}"))
            made = Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console, transient=True)
            task = made.add_task("", total=total)
            made.start()
            bar = made
    try:
        yield bar, task
    finally:
        if bar is not None:
            with only_shows("the progress bar"):
                bar.stop()


@contextmanager
def quiet_in_notebook() -> Iterator[None]:
    """In a notebook, let the bar and what a cell returns say it all; warnings and errors are shown all the same."""
    before = console.quiet
    console.quiet = before or in_notebook()
    try:
        yield
    finally:
        console.quiet = before


def log_row(text: str) -> None:
    """A line of the log that the progress bar shows already."""
    log.info(text, extra={"in_progress_bar": True})


SECONDS_BETWEEN_LINES = 1.0


class ConsoleHandler(logging.Handler):
    """Log records as plain lines, above the progress bar where there is one; errors go to stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        if not (console.is_terminal and getattr(record, "in_progress_bar", False)):
            where = errors if record.levelno >= (logging.WARNING if console.quiet else logging.ERROR) else console
            where.print(shown(self.format(record)))


class LogFileHandler(logging.FileHandler):
    """Log records as lines of a file. Where it takes no more, as on a full disk, that is told once, and how many."""

    lost = 0

    def handleError(self, record: logging.LogRecord) -> None:
        error = sys.exc_info()[1]
        if isinstance(error, Exception):
            self.lost += 1
            tell("lines of the log", error, self.baseFilename)

    def close(self) -> None:
        with suppress(OSError):  # of what it could not write before
            super().close()
        if self.lost > 1:
            errors.print(shown(f"{self.baseFilename}: lacks {self.lost} lines."))
        self.lost = 0


class StreamHandler(logging.StreamHandler[Any]):
    """Log records as lines of the console, as Python's own. Where that takes no more, that is told once."""

    def handleError(self, record: logging.LogRecord) -> None:
        error = sys.exc_info()[1]
        if isinstance(error, BrokenPipeError):
            console.on_broken_pipe()
        elif isinstance(error, Exception):
            console.failed(error)


def evaluation_line(row: Row, task: Task) -> str:
    """An evaluation in one line."""
    parts = [f"epoch {row.epoch:>4}", told(row.results, "train_loss")]
    if not isnan(row.results[f"val_{task.chief}"]):
        parts.append(told(row.results, f"val_{task.chief}"))
    parts.append(told(row.results, f"test_{task.chief}"))
    parts.append(f"{row.samples_per_second:,.0f} samples/s")
    return "  ".join(parts)


class Display:
    """Shows how far a training is.

    Args:
        total_steps: its length.
        line: where lines go that are worth keeping.
        task: what is learnt.
    """

    def __init__(self, total_steps: int, line: Callable[[str], None], task: Task = CLASSIFICATION) -> None:
        self.total_steps, self.line, self.learnt = total_steps, line, task
        self.bar: Progress | NotebookBar | None = None
        self.task = TaskID(0)
        self.last_line = self.last_update = 0.0

    @contextmanager
    def __call__(self) -> Iterator[Display]:
        with progress_bar(self.total_steps) as (self.bar, self.task):
            yield self
        self.bar = None

    def progress(self, steps: int) -> None:
        """Called at every step, so it does next to nothing."""
        if self.bar is not None and (now := time.monotonic()) - self.last_update > 0.1:
            self.last_update = now
            with only_shows("the progress bar"):
                self.bar.update(self.task, completed=steps)

    def evaluated(self, row: Row) -> None:
        """Show an evaluation: in the bar, and as a line of the log, at most one a second."""
        with only_shows("the progress bar"):
            if self.bar is not None:
                self.bar.update(self.task, completed=row.step, description=evaluation_line(row, self.learnt))
        now = time.monotonic()
        if now - self.last_line >= SECONDS_BETWEEN_LINES or row.step >= self.total_steps:
            self.last_line = now
            with only_shows("a line of the log"):
                self.line(evaluation_line(row, self.learnt))


def two_columns(lines: dict[str, Any]) -> str:
    """Names and values in two columns."""
    width = max(map(len, lines))
    return "\n".join(f"  {name:<{width}}  {value}" for name, value in lines.items())


def display_path(path: Path) -> str:
    """A path as a person would type it: from the current directory where it lies below."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
