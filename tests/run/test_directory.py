"""Files are written whole or not at all, into a directory that holds nothing yet."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from twinprop.errors import OutputError
from twinprop.run.directory import check_unused, make_writable, write_atomically


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "summary.json"
    write_atomically(path, b"first")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"summary\.json: cannot be written \(No space left on device\)"):
        write_atomically(path, b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_directory_is_unused_and_writable_or_refused(tmp_path: Path) -> None:
    check_unused(tmp_path / "new", "hydra.run.dir", ("metrics.csv",))
    make_writable(tmp_path / "new", "hydra.run.dir")
    (tmp_path / "new" / "metrics.csv").touch()
    with pytest.raises(OutputError, match="already holds results"):
        check_unused(tmp_path / "new", "hydra.run.dir", ("metrics.csv",))
    with pytest.raises(OutputError, match="cannot be made"):
        make_writable(tmp_path / "new" / "metrics.csv" / "run", "hydra.run.dir")
