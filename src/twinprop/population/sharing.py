"""Summaries of many jobs, in which what is the same is kept once: a sweep may have 100,000."""

from __future__ import annotations

import sys
from typing import Any

SAME = ("environment", "data", "images")
"""Parts that most jobs of a sweep have in common."""


class Sharing:
    """Gives summaries back as they are, in less memory; nobody changes their parts from then on."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}

    def __call__(self, summary: dict[str, Any]) -> dict[str, Any]:
        own: dict[str, Any] = {}

        def kept(name: str, value: Any) -> Any:
            if not isinstance(value, dict):
                return value
            known, text = self.known if name in SAME else own, repr(value)
            if text not in known:
                known[text] = {sys.intern(key): kept(key, part) for key, part in value.items()}
            return known[text]

        found: dict[str, Any] = kept("", summary)
        return found
