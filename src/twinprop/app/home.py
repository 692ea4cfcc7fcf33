"""Paths in what is typed: `~` is the home folder, where a key is a path; `from=RUN` becomes a whole path.

Shells expand `~` at the beginning of a word, and so not in `data.root=~/x`; and Hydra's grammar refuses it in a value,
for `~key` takes a key away. So words are mended before Hydra reads them: paths are expanded, and other texts quoted.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from twinprop.errors import ConfigError
from twinprop.text import at_home

INTERPOLATION = r"\$\{(?:[^{}]|\$\{[^{}]*\})*\}"
QUOTED = r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\""""
BARE = rf"""(?:file://)?(?:{INTERPOLATION}|[^,:'"()\[\]{{}}])+"""
TEXT = re.compile(f"{QUOTED}|{BARE}")
"""A text within the value of an override, with quotes or without."""

SINGLE = re.compile(f"{QUOTED}|[^,]+")
"""One of several paths."""

PLAIN = re.compile(r"(?:\$\{[^{}]*\}|[\w./%@+-])*")
"""What Hydra reads as text without quotes."""

WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")
"""How a whole path of Windows begins, in which Hydra would read backslashes as its own."""

FILE = "file://"
"""How a folder in hydra.searchpath begins."""

WITH_PATHS = ("--config-dir", "-cd", "--config-path", "-cp")
"""Hydra's options that take a path."""


def expand(words: Sequence[str]) -> list[str]:
    """A command line with the home folder in place of `~`, for every path; other values that begin with `~` are quoted.

    Raises:
        TwinpropError: `~name` of no user, or a run and an experiment that both set all keys.
    """
    if len({word.partition("=")[0] for word in words} & {"from", "experiment"}) > 1:
        raise ConfigError(["from and experiment: each of them sets all keys; leave one."])
    found: list[str] = []
    for word in words:
        key, _, value = word.partition("=")
        if found and found[-1] in WITH_PATHS:
            found.append(at_home(word))
        elif key.lstrip("+") == "from":
            if value.strip()[:1] in ("", "[", "{"):
                raise ConfigError([f"{word}: must be the directory of a run; of several, with -m, from=A,B."])
            found.append(f"{key}={SINGLE.sub(absolute, value)}")
        elif WINDOWS.match(value) and is_path(key.lstrip("+")):
            found.append(f"{key}={SINGLE.sub(lambda each: quoted(each[0].strip()), value)}")
        elif "~" not in value or key.startswith("~"):
            found.append(word)
        elif key.startswith("-"):
            found.append(f"{key}={at_home(value)}")
        else:
            found.append(f"{key}={mended(value, is_path(key.lstrip('+')))}")
    return found


def is_path(key: str) -> bool:
    """Whether a key is a path: those of Hydra that may begin with ~ all are."""
    from twinprop.config.schema import path_keys

    return key.startswith("hydra.") or key == "plugins" or key in path_keys()


def mended(value: str, path: bool) -> str:
    """The value of an override as Hydra reads it, with paths expanded."""

    def replace(match: re.Match[str]) -> str:
        word = match[0]
        text, quote = unquoted(word)
        scheme = FILE if text.startswith(FILE) else ""
        at_the_start = text.removeprefix(scheme).startswith("~")
        if "~" not in word or (quote and not (path and at_the_start)):
            return word
        if path and at_the_start:
            text = scheme + at_home(text.removeprefix(scheme))
        return quoted(text)

    return TEXT.sub(replace, value)


def absolute(match: re.Match[str]) -> str:
    """A path in the value of an override as one that does not depend on where Hydra looks for configurations."""
    return quoted(os.path.abspath(at_home(unquoted(match[0])[0])))


def unquoted(word: str) -> tuple[str, str]:
    """A text in the value of an override without its quotes, and those."""
    word = word.strip()
    quote = word[0] if word[:1] in ("'", '"') else ""
    return (word[1:-1].replace(f"\\{quote}", quote), quote) if quote else (word, quote)


def quoted(text: str) -> str:
    """A text as Hydra's grammar reads it, in quotes where it needs them.

    In quotes, backslashes count for themselves but before a quote.
    """
    doubled = re.sub(r"(\\+)(?='|\Z)", r"\1\1", text)
    return text if PLAIN.fullmatch(text) else "'" + doubled.replace("'", "\\'") + "'"
