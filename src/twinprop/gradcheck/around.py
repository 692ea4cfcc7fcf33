"""The files of the same work as a file: those in its folder, and in the folders above that belong to it."""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from itertools import chain
from pathlib import Path
from tempfile import gettempdir
from types import ModuleType

from twinprop.gradcheck.importing import FILES

MOST_FILES = 300
"""Files around a class that are looked through."""

LONGEST_FILE = 400_000
"""Characters of a file that is looked through."""

ABOVE = 3
"""Folders above a file's own that may belong to the same work."""

ROOTS = ("requirements.txt", "setup.py", "pyproject.toml", ".git", "README.md")

SKIPPED = {"venv", "env", "site-packages", "node_modules", "__pycache__", "build", "dist"}

HEAVY = re.compile(
    r"^\s*(import|from) (torch|tensorflow|keras|jax|sklearn|pandas|scipy|matplotlib|seaborn|plotly|cv2|PIL|skimage)",
    re.MULTILINE,
)
"""A module with one of these takes seconds to import, and reads data or draws."""


def others_that_name(own: Path, name: str) -> list[Path]:
    """The files around a file that call something of that name, the nearest first."""
    call = re.compile(rf"\b{re.escape(name)}\s*\(")
    return [path for path in files_around(own) if path != own and call.search(text_of(path))]


@cache
def files_around(own: Path) -> list[Path]:
    """The files of the same work: those in the folders from its uppermost one down, the nearest first."""
    root = own.parent
    for folder in list(own.parents)[1 : ABOVE + 1]:
        inside = (root / "__init__.py").is_file() or any(folder.glob("*.py")) or any(folder.glob("*.ipynb"))
        if folder in (Path.home(), Path(gettempdir())) or not (inside or any((folder / one).exists() for one in ROOTS)):
            break
        root = folder
    found: list[Path] = []
    for place, inner, names in chain(os.walk(own.parent), os.walk(root)):
        inner[:] = sorted(one for one in inner if one not in SKIPPED and not one.startswith("."))
        found += [Path(place) / one for one in sorted(names) if one.endswith(FILES)]
        if len(found) > MOST_FILES:
            break
    return sorted(
        dict.fromkeys(found), key=lambda path: (path.parent != own.parent, len(path.parts), "test" in path.name)
    )


@cache
def text_of(path: Path) -> str:
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return ""
    return text if len(text) <= LONGEST_FILE or path.suffix == ".ipynb" else ""


def is_slow(file: Path, wanted: str) -> bool:
    """Whether a module takes seconds to import, and has no class of the wanted name."""
    text = text_of(file)
    return bool(HEAVY.search(text)) and not re.search(rf"^class {wanted}\b", text, re.MULTILINE)


def known_module(file: Path) -> ModuleType | None:
    """The module of a file, if it is loaded."""
    for one in list(sys.modules.values()):
        there = getattr(one, "__dict__", {}).get("__file__")
        if isinstance(there, str) and there.endswith(file.name) and Path(there).absolute() == file.absolute():
            return one
    return None
