"""TensorBoard's event file: a row of records, each a length and a message, with checksums of both.

PyTorch's writer keeps a thread, a queue and an open file for each run, and computes the checksums in
Python. A sweep writes a thousand of these files at once, so here an event is bytes in memory until
`flush` appends them, and no file stays open.
"""

from __future__ import annotations

import itertools
import os
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from google_crc32c import value as crc32c
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from twinprop.errors import OutputError

NUMBERS = itertools.count()

HEAD, TAIL = 12, 4
"""Bytes of a record before and behind its message."""


def masked(data: bytes) -> bytes:
    """The checksum of `data` as records carry it: rotated and shifted, for data may itself hold checksums."""
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def record(data: bytes) -> bytes:
    """A record of the TFRecord format, which event files have."""
    length = struct.pack("<Q", len(data))
    return length + masked(length) + data + masked(data)


def read(directory: Path) -> Iterator[Event]:
    """The events of a run, up to the first record that is cut or damaged, as TensorBoard reads them."""
    for path in sorted(directory.glob("events.out.tfevents.*")):
        data, at = path.read_bytes(), 0
        while at + HEAD <= len(data):
            (length,) = struct.unpack_from("<Q", data, at)
            body = data[at + HEAD : at + HEAD + length]
            if data[at : at + HEAD + length + TAIL] != record(body):
                break
            yield Event.FromString(body)
            at += HEAD + length + TAIL


class EventFile:
    """The events of one run.

    Args:
        directory: the run's.
        name: of a file to go on with, in place of a new one.
        size: bytes of that file which stay; what was written after them is written again.

    Attributes:
        size: bytes that were written.
    """

    def __init__(self, directory: Path, name: str = "", size: int = 0) -> None:
        self.size = size
        self.pending: list[bytes] = []
        if name:
            self.path = directory / name
            os.truncate(self.path, size)
            return
        now = time.time()
        name = f"events.out.tfevents.{int(now):010d}.{socket.gethostname()}.{os.getpid()}.{next(NUMBERS)}"
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / name
        self.pending = [record(Event(wall_time=now, file_version="brain.Event:2").SerializeToString())]

    def add(self, values: Iterable[Summary.Value], step: int = 0) -> None:
        """Add one event with these values."""
        event = Event(wall_time=time.time(), step=step, summary=Summary(value=values))
        self.pending.append(record(event.SerializeToString()))

    def flush(self) -> None:
        """Append what was added, all of it or nothing: TensorBoard reads no record behind one that is cut.

        Raises:
            OutputError: it cannot be written.
        """
        if not self.pending:
            return
        data = memoryview(b"".join(self.pending))
        try:
            with open(self.path, "ab", buffering=0) as file:
                end = file.tell()
                try:
                    while data:  # a disk that is nearly full takes a part, and says how much
                        data = data[file.write(data) :]
                except OSError:
                    file.truncate(end)
                    raise
                self.size = file.tell()
        except OSError as error:
            raise OutputError(f"{self.path}: cannot be written ({error.strerror}); free space.") from error
        self.pending.clear()
