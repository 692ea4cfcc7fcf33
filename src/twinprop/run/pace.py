"""How often something may be done that takes time: so seldom that it takes a small share of all time at most."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

SHOWN = 1 / 50
"""Of a run's time, what it takes at most to show its network as it learns."""


class Pace:
    """When something is due, whose time is measured whenever it is done; all time counts since this was made.

    Args:
        share: of all time, which it may have taken when it is due.
        seconds: before it is due, and from one end to the next time, at least.
    """

    def __init__(self, share: float, seconds: float = 0.0) -> None:
        self.share, self.seconds = share, seconds
        self.began, self.spent = monotonic(), 0.0
        self.next = self.began + seconds

    def due(self) -> bool:
        """Whether it is time."""
        now = monotonic()
        return now >= self.next and self.spent <= self.share * (now - self.began)

    @contextmanager
    def measured(self) -> Iterator[None]:
        """A context in which it is done."""
        start = monotonic()
        try:
            yield
        finally:
            end = monotonic()
            self.spent += end - start
            self.next = end + self.seconds
