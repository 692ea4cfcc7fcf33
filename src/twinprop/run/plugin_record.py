"""What a run keeps of its plugins, and when that is run again: if it is what the user has run before.

`plugins/` in a run's directory holds the text of each file, and plugins.json where it was and its SHA-256. A directory
may be somebody else's, so nothing in it is run that this user has not named before: the SHA-256 of what was named on a
command line is remembered in the user's own folder, as direnv and editors do it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from twinprop.config import plugins
from twinprop.config.extend import registered_by
from twinprop.config.plugins import Plugin
from twinprop.errors import TwinpropError
from twinprop.run.directory import read_text, write_atomically

FOLDER = "plugins"
RECORD = "plugins.json"


def store() -> Path:
    """Where this user's own plugins are remembered: `{sha256: spec}`."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "twinprop" / RECORD


def named_before() -> dict[str, str]:
    """What this user has named on a command line: where it was, by SHA-256."""
    try:
        found = json.loads(store().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def remember(named: Iterable[Plugin]) -> None:
    """Note that the user has named these plugins; where the home folder takes no files, they are named each time."""
    known = named_before()
    new = {plugin.sha256: plugin.spec for plugin in named}
    if any(known.get(sha) != spec for sha, spec in new.items()):
        with suppress(OSError, TwinpropError):
            store().parent.mkdir(parents=True, exist_ok=True)
            write_atomically(store(), json.dumps({**known, **new}, indent=1).encode())


def name_plugins(specs: Iterable[str]) -> None:
    """Load what the user names, and remember it.

    Raises:
        TwinpropError: it cannot be loaded.
    """
    remember([plugins.load(spec) for spec in specs])


def write_record(directory: Path) -> None:
    """Keep the plugins of this process in a run's or a sweep's directory.

    Raises:
        OutputError: they cannot be written.
    """
    if not plugins.loaded():
        return
    folder = directory / FOLDER
    folder.mkdir(exist_ok=True)
    record = []
    for plugin in plugins.loaded():
        write_atomically(folder / plugin.name, plugin.text.encode())
        own = {"registers": registered_by(plugin.module)}
        record.append({"spec": plugin.spec, "file": plugin.name, "sha256": plugin.sha256, **own})
    write_atomically(folder / RECORD, json.dumps(record, indent=2).encode())


def recall(directory: Path) -> None:
    """Have the plugins of a run or a sweep known again, as they were.

    What was named anew, by `plugins=`, stays; that it is another than the run's is told, and so is a file that has
    changed since, in place of which the run's own copy is used.

    Raises:
        TwinpropError: the user has not named a plugin before, or the record cannot be read.
    """
    path = directory / FOLDER / RECORD
    if not os.path.lexists(path):
        return
    for entry in entries(path):
        copy = path.with_name(entry["file"])
        known = plugins.LOADED.get(entry["file"])
        if known is not None:
            if known.sha256 != entry["sha256"]:
                say(f"{known.path}: is not what {directory} was trained with, which is in {copy}.")
            continue
        spec = named_before().get(entry["sha256"])
        if spec is None:
            raise TwinpropError(
                f"{directory}: was trained with {entry['file']}, which is code that you have not run yet. Read {copy}, "
                f"and if you trust it, name it: plugins={copy}"
            )
        text = read_text(copy)
        if plugins.digest(text) != entry["sha256"]:
            raise TwinpropError(f"{copy}: was changed after the run, so it is not run; name yours: plugins={spec}")
        place = Path(spec) if spec.endswith(".py") else plugins.file_of(spec)
        if place is None or not is_still(place, text):
            if not spec.endswith(".py"):
                raise TwinpropError(f"{spec}: has changed since {directory} was trained; name it, plugins={spec}.")
            say(f"{spec}: has changed or gone since {directory} was trained; the run's own copy is used.")
        plugins.install(spec, str(place), text)


def entries(path: Path) -> list[dict[str, Any]]:
    """What plugins.json holds.

    Raises:
        TwinpropError: it is not as a run writes it.
    """
    try:
        found = json.loads(read_text(path))
        sound = all(
            Path(each["file"]).name == each["file"] and each["file"].endswith(".py") and isinstance(each["sha256"], str)
            for each in found
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        sound = False
    if not sound:
        raise TwinpropError(f"{path}: is not as a run writes it; train again, or name the plugins: plugins=FILE.")
    return list(found)


def is_still(path: Path, text: str) -> bool:
    """Whether a file holds a text."""
    try:
        return path.read_text(encoding="utf-8") == text
    except (OSError, ValueError):
        return False


def say(text: str) -> None:
    """Tell on the side."""
    print(text, file=sys.stderr)
