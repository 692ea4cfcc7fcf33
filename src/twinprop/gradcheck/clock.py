"""How long something may be tried, in seconds of a processor, so that it does not matter how busy the machine is."""

from __future__ import annotations

from time import process_time

SECONDS = 12.0
"""For the whole search for inputs."""


class Clock:
    """The time that a search may take.

    Args:
        every: at every how many questions the time is looked at, which takes time as well.
    """

    def __init__(self, seconds: float = SECONDS, every: int = 16) -> None:
        self.end, self.asked, self.late, self.every = process_time() + seconds, -1, False, every

    @property
    def over(self) -> bool:
        self.asked += 1
        if self.asked % self.every == 0 and not self.late:
            self.late = process_time() > self.end
        return self.late
