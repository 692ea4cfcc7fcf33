"""What a sweep notes for itself is read back, and told where it is anything else."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.kit.odd_files import JUNK, odd_fields

from twinprop.errors import TwinpropError
from twinprop.population.restart import FOLDER, PLAN, recorded_plan
from twinprop.run.files import COMMAND, read_command

NOTED: dict[str, tuple[str, Callable[[Path], Any], dict[str, Any]]] = {
    "plan": (
        f"{FOLDER}/{PLAN}",
        recorded_plan,
        {"jobs": {"0": "0_a", "1": "1_b"}, "stacks": [{"members": [0, 1], "threads": 1, "steps": 4}]},
    ),
    "command": (
        COMMAND,
        read_command,
        {"words": ["-m", "seed=1,2"], "folder": "/", "launcher": "population", "from": {"a": {"seed": 1}}},
    ),
}
HARMLESS = {
    "plan": ["jobs.0 is gone", "jobs.1 is gone", "jobs is {}", "stacks is []", "stacks.0 is gone", "jobs.0 is 'x'",
             "jobs.1 is 'x'", "members is []", "members.0 is gone", "members.1 is gone", "is 10000"],
    "command": ["words.0 is", "words.1 is", "words is []", "words is ['x']", "folder is 'x'", "folder is ''",
                "launcher is 'x'", "launcher is ''", "from.a is gone", "from.a is {}", "from is gone", "from is {}",
                "from.a.seed is", "from is {'a'", "from.a is {'a'"],
}  # fmt: skip
"""Other values that a sweep may have noted."""


@pytest.mark.parametrize("name", NOTED)
def test_what_was_noted_is_read_or_told(name: str, tmp_path: Path) -> None:
    file, read, whole = NOTED[name]
    path = tmp_path / file
    path.parent.mkdir()
    path.write_text(json.dumps(whole))
    assert read(tmp_path) == whole
    taken = []
    for odd, content in [*JUNK.items(), *((odd, json.dumps(value).encode()) for odd, value in odd_fields(whole))]:
        path.write_bytes(content)
        with suppress(TwinpropError):
            read(tmp_path)
            taken.append(odd)
    assert [odd for odd in taken if not any(each in odd for each in HARMLESS[name])] == []


def test_nothing_was_noted(tmp_path: Path) -> None:
    assert recorded_plan(tmp_path) == {"jobs": {}, "stacks": []}
