"""A progress bar in the cell of a notebook: one line, which is drawn anew."""

from __future__ import annotations

import html
import sys
from typing import Any


def in_notebook() -> bool:
    """Whether a Jupyter kernel shows what this process says."""
    ipython: Any = sys.modules.get("IPython")
    return ipython is not None and type(ipython.get_ipython()).__name__ == "ZMQInteractiveShell"


class NotebookBar:
    """What of rich's Progress is used, as HTML that takes the place of what it was.

    Args:
        total: what is to be done.
    """

    def __init__(self, total: float) -> None:
        from IPython import display

        shows: Any = display
        self.total, self.done, self.words, self.html = total or 1, 0.0, "", shows.HTML
        self.shown = shows.display(self.html(self.drawn()), display_id=True)

    def update(self, task: Any, completed: float = 0.0, description: str = "") -> None:
        """Show how far it is, and what there is to say."""
        self.done, self.words = completed, description or self.words
        self.shown.update(self.html(self.drawn()))

    def stop(self) -> None:
        """Leave the last state."""

    def drawn(self) -> str:
        share = min(1.0, self.done / self.total)
        text = " ".join(self.words.split())
        return (
            f'<progress value="{share:.3f}" max="1" style="width:12em"></progress> <code>{share:.0%}&nbsp; '
            f"{html.escape(text)}</code>"
        )
