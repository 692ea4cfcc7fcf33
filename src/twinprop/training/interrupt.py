"""Signals that end a process as a flag, so that training stops between two updates and never within one."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

ENDING = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGBREAK")
    if hasattr(signal, name)
]
"""Signals after which a run is saved, where the system has them: Ctrl-C, `kill`, a terminal that is closed, the warning
of a scheduler."""


def on_ending_signals(handler: Any) -> dict[int, Any]:
    """Have `handler` called for these signals; return what was before. Under nohup, a closed terminal stays ignored."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    closed = getattr(signal, "SIGHUP", None)
    heard = [number for number in ENDING if number != closed or signal.getsignal(number) != signal.SIG_IGN]
    return {number: signal.signal(number, handler) for number in heard}


class Interrupt:
    """A context in which the first signal sets `requested`, and a second one ends the process at once."""

    requested = ""

    def __enter__(self) -> Interrupt:
        self.before = on_ending_signals(self.receive)
        return self

    def receive(self, number: int, frame: FrameType | None) -> None:
        self.requested = signal.Signals(number).name
        self.restore()

    def restore(self) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.restore()
