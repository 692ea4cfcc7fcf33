"""A run's directory: the only place that writes metrics.csv and summary.json."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Any

from twinprop.errors import OutputError, TwinpropError
from twinprop.text import as_typed, in_shell
from twinprop.training.monitor import Row


def null(value: Any) -> Any:
    """A value as JSON knows it: null for what is not finite, within dictionaries and lists too."""
    if isinstance(value, dict):
        return {key: null(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [null(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def sync_directory(path: Path) -> None:
    """Have the system keep what was renamed in a directory, even where power fails now."""
    if os.name == "posix":  # elsewhere, directories are not opened
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


PART = ".part-"
"""How the name of a file begins that is written, and gets its own when that is done."""


def beside(path: Path) -> Path:
    """Where a file is written before it takes a place: by several processes at once in as many files."""
    return path.parent / f"{PART}{token_hex(8)}"


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: a reader sees the old one or the new one.

    Its folder must be there: where somebody removed that, it does not come back with half of what was in it.

    Raises:
        OutputError: it cannot be written.
    """
    if path.exists() and not path.is_file():  # as /dev/stdout, which would be a file from then on
        raise OutputError(f"{path}: is there, and is no file; choose another name.")
    part = beside(path)
    try:
        with open(part, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
        sync_directory(path.parent)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise OutputError(f"{path}: cannot be written ({error.strerror}); free space, or move elsewhere.") from error


def take_name(part: Path, path: Path) -> None:
    """Give a file that was written beside its place its name, which nothing else may have; `part` may stay or be gone.

    Raises:
        FileExistsError: something has the name.
        OSError: it cannot have it.
    """
    with open(part, "rb+") as file:
        os.fsync(file.fileno())
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # on a file system that knows no links
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        os.replace(part, path)
    sync_directory(path.parent)


RESULTS = (".hydra", "metrics.csv", "summary.json", "model.safetensors")
"""What a run leaves; a directory with any of it is that run's."""


SWEEP = ("multirun.yaml", "sweep.csv")
"""What a sweep leaves beside its runs."""


def claim(path: Path, key: str, multirun: str | None = None) -> None:
    """Make the directory of a new run or sweep, before anything else is written into it, and take it for this one.

    Of several that want it at once, one gets it: whoever makes `.hydra` in it, or multirun.yaml, which the system lets
    only one do.

    Args:
        path: the directory, which need not be there yet.
        key: the key that names it.
        multirun: what multirun.yaml of a sweep holds; None for a run.

    Raises:
        OutputError: it holds results, another one has it, or it cannot be made or written.
    """
    own, others = (RESULTS, SWEEP) if multirun is None else (SWEEP, RESULTS[1:])
    for name in (*own, *others):  # a run and a sweep in one directory would share their checkpoints
        if os.path.lexists(path / name):
            raise OutputError(
                f"{key}={path}: already holds results ({name}), which stay; choose a new folder, or go on with it: "
                f"{as_typed('python -m twinprop resume')} {in_shell(str(path))}"
            )
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{key}={path}: cannot be made ({error.strerror}); choose another folder.") from error
    try:
        if multirun is None:
            (path / RESULTS[0]).mkdir()
        else:
            with open(path / "multirun.yaml", "x", encoding="utf-8") as file:
                file.write(multirun)
    except FileExistsError as error:
        raise OutputError(f"{key}={path}: another one has just begun in it; choose a new folder.") from error
    except OSError as error:
        raise OutputError(
            f"{key}={path}: is not writable ({error.strerror}); choose another folder, or change its permissions."
        ) from error


def write_summary(path: Path, summary: dict[str, Any]) -> None:
    """Write summary.json into the directory of a run; of a run that never opened it too."""
    text = json.dumps(null(summary), indent=2, ensure_ascii=False) + "\n"
    write_atomically(path / "summary.json", text.encode())


def summary_of(path: Path) -> dict[str, Any]:
    """What summary.json in the directory of a run holds; nothing where there is none that can be read."""
    try:
        found = json.loads(read_text(path / "summary.json"))
    except (TwinpropError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


MOST_BYTES = 10**8
"""Of a file that is read as a whole."""


def read_text(path: Path) -> str:
    """The text of a file of ordinary size.

    Raises:
        TwinpropError: it is not there, is no file, or no text.
    """
    try:
        if path.exists() and not path.is_file():
            raise TwinpropError(f"{path}: is no file.")  # to open a named pipe would wait for who writes into it
        if path.stat().st_size > MOST_BYTES:
            raise TwinpropError(f"{path}: is larger than {MOST_BYTES:,} bytes, which no run writes.")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise TwinpropError(f"{path}: cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise TwinpropError(f"{path}: is no text.") from error


def bytes_in(path: Path) -> int:
    """Bytes of the files in a directory, which may be at work."""
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            with suppress(FileNotFoundError):
                total += os.lstat(os.path.join(folder, name)).st_size
    return total


def is_sweep(path: Path) -> bool:
    """Whether this is the directory of a sweep."""
    return any((path / name).exists() for name in SWEEP)


def words_of(path: Path) -> list[str]:
    """The overrides that were typed for a run; none where `.hydra/overrides.yaml` cannot be read."""
    import yaml

    try:
        text = read_text(path / ".hydra" / "overrides.yaml")
        words = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (TwinpropError, yaml.YAMLError, ValueError, RecursionError):
        return []
    return [word for word in words if isinstance(word, str)] if isinstance(words, list) else []


ENDED = ("completed", "diverged", "dropped")
"""The statuses of runs that have nothing left to do."""


def discard(path: Path) -> None:
    """Remove what an attempt at a run left, so that it can be trained from the start."""
    for pattern in ("metrics.csv", "summary.json", "model*.safetensors", "events.out.tfevents.*", f"{PART}*"):
        for each in path.glob(pattern):
            each.unlink()
    for each in path.glob("checkpoints/[!.]*"):  # whoever removes them has its lock, which is among them
        shutil.rmtree(each) if each.is_dir() else each.unlink()


def existing(path: str, flags: int) -> int:
    """Open a file that must be there."""
    return os.open(path, flags & ~os.O_CREAT)


def cells(row: Row) -> list[Any]:
    """A line of metrics.csv; a result that there is not (no validation split) is an empty cell."""
    return ["" if value is None else value for value in map(null, row.cells().values())]


class RunDirectory:
    """The files of one run.

    Args:
        path: the directory.
        rows: of a run that goes on, the evaluations that stay; None begins a run.

    Raises:
        OutputError: the directory already holds a run, or cannot be written.
    """

    def __init__(self, path: Path, rows: Sequence[Row] | None = None) -> None:
        self.path, self.rows = path, rows
        if rows is not None:
            return
        try:
            path.mkdir(parents=True, exist_ok=True)
            open(path / "metrics.csv", "x").close()
        except FileExistsError as error:
            raise OutputError(
                f"{path}: already holds a run, which is left as it is; choose another hydra.run.dir."
            ) from error
        except OSError as error:
            raise OutputError(f"{path}: cannot be written ({error.strerror}); set hydra.run.dir.") from error

    def begin(self, columns: Sequence[str]) -> None:
        """Write the head of metrics.csv, and the evaluations that stay."""
        if self.rows is None:
            self._line(columns)
            return
        lines = io.StringIO(newline="")
        csv.writer(lines, lineterminator="\n").writerows([columns, *map(cells, self.rows)])
        write_atomically(self.path / "metrics.csv", lines.getvalue().encode())

    def _line(self, values: Any) -> None:
        # opened each time, for a sweep has more runs than a process may have open files
        try:
            with open(self.path / "metrics.csv", "a", newline="", encoding="utf-8", opener=existing) as file:
                csv.writer(file, lineterminator="\n").writerow(values)
        except OSError as error:
            raise OutputError(f"{self.path}/metrics.csv: cannot be written ({error.strerror}); free space.") from error

    def row(self, row: Row) -> None:
        """Add an evaluation."""
        self._line(cells(row))

    def summary(self, summary: dict[str, Any]) -> None:
        """Write summary.json, last of all."""
        write_summary(self.path, summary)
