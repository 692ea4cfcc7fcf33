"""Event files are what TensorBoard reads, whatever is in them, and survive being cut short."""

from __future__ import annotations

import resource
import signal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

from twinprop.errors import OutputError
from twinprop.run.events import EventFile, masked, record


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_checksums_are_tensorboards(data: bytes) -> None:
    assert int.from_bytes(masked(data), "little") == masked_crc32c(data)
    assert record(data)[12:-4] == data


def events(path: Path) -> list[Event]:
    return [Event.FromString(data) for data in RawEventFileLoader(str(path)).Load()]


def test_what_is_added_is_read_back_once_it_is_flushed(tmp_path: Path) -> None:
    file = EventFile(tmp_path / "run")
    file.add([Summary.Value(tag="a", simple_value=1.5), Summary.Value(tag="b", simple_value=2.5)], 3)
    assert not file.path.exists()
    file.flush()
    file.add([Summary.Value(tag="a", simple_value=4.5)], 4)
    file.flush()
    file.flush()
    version, first, second = events(file.path)
    assert version.file_version == "brain.Event:2"
    assert first.step == 3
    assert [(value.tag, value.simple_value) for value in first.summary.value] == [("a", 1.5), ("b", 2.5)]
    assert (second.step, second.summary.value[0].simple_value) == (4, 4.5)
    whole = file.path.read_bytes()
    for lost in (1, 10, 30):
        file.path.write_bytes(whole[:-lost])
        assert len(events(file.path)) == 2, "a last record that was cut off spoils none before it"


def test_two_files_in_one_directory_have_two_names(tmp_path: Path) -> None:
    assert EventFile(tmp_path).path != EventFile(tmp_path).path


def test_on_a_disk_that_is_nearly_full_no_record_is_cut(tmp_path: Path) -> None:
    file = EventFile(tmp_path)
    file.add([Summary.Value(tag="a", simple_value=1.0)], 1)
    file.flush()
    whole = file.path.read_bytes()
    handler, limits = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.getrlimit(resource.RLIMIT_FSIZE)
    file.add([Summary.Value(tag="a" * 100, simple_value=2.0)], 2)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 50, limits[1]))
        with pytest.raises(OutputError, match="File too large"):
            file.flush()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert file.path.read_bytes() == whole
    file.flush()
    assert [event.step for event in events(file.path)] == [0, 1, 2]


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    file = EventFile(tmp_path)
    file.path = tmp_path / "gone" / "file"
    with pytest.raises(OutputError, match=r"gone/file: cannot be written \(No such file or directory\)"):
        file.flush()
