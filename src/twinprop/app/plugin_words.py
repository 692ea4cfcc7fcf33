"""`plugins=mine.py` on a command line: loaded before Hydra reads the rest, and taken out of it.

It is no key of the configuration. A configuration may be somebody else's, and may not name code; whoever types the
command may.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from twinprop.config import plugins
from twinprop.errors import ConfigError, TwinpropError

KEY = "plugins"
COMPLETION = ("-sc", "--shell-completion")
LINE = "COMP_LINE"
"""What a shell's completion has typed so far."""


def is_ours(word: str) -> bool:
    """Whether a word names plugins."""
    return word.lstrip("+").startswith(f"{KEY}=")


def take(words: Sequence[str]) -> list[str]:
    """Load the plugins that a command line names, and return its other words.

    Raises:
        TwinpropError: one of them cannot be loaded.
    """
    ours = [word for word in words if is_ours(word)]
    if ours:
        from twinprop.run.plugin_record import name_plugins  # --help needs no NumPy

        name_plugins(spec for word in ours for spec in specs_of(word))
    if any(word in COMPLETION for word in words):
        complete()
    return [word for word in words if not is_ours(word)]


def complete() -> None:
    """Load what a line in completion names, if it was run before: Tab alone runs nothing new."""
    line = os.environ.get(LINE, "")
    typed = [each for each in line.split(" ")[:-1] if is_ours(each)]
    if not typed:
        return
    from twinprop.run.plugin_record import named_before

    known = {*named_before(), *named_before().values()}
    for word in typed:
        line = line.replace(f" {word}", "")
        with suppress(TwinpropError, ValueError, OSError):
            for spec in specs_of("".join(shlex.split(word))):
                if spec in known or (spec.endswith(".py") and plugins.digest(plugins.read(spec, Path(spec))) in known):
                    plugins.load(spec)
    os.environ[LINE] = line


def specs_of(word: str) -> Iterator[str]:
    """The files and modules that `plugins=[a.py,b]` names, those of a YAML file with them.

    Raises:
        TwinpropError: it cannot be read.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        (override,) = OverridesParser.create().parse_overrides([word])
        value: Any = None if override.is_sweep_override() else override.value()
    except HydraException:
        value = None
    given = value if isinstance(value, list) else [value]
    if not given or not all(isinstance(each, str) and each for each in given):
        several = f"; several are a list: '{KEY}=[a.py,b.py]'" if "," in word else ""
        raise ConfigError([f"{word}: must be a file, FILE.py, a module, or a FILE.yaml that lists some{several}."])
    for each in map(str, given):
        yield from listed(Path(each)) if each.endswith((".yaml", ".yml")) else [each]


def listed(path: Path) -> Iterator[str]:
    """The plugins that a YAML file lists, `plugins: [mine.py]`; files are meant from where it is.

    Raises:
        TwinpropError: it lists none, or is the record of a run.
    """
    import yaml

    text = plugins.read(str(path), path)
    if ".hydra" in path.absolute().parts:
        raise TwinpropError(f"{KEY}={path}: is the record of a run, which names no code; name the file itself.")
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise TwinpropError(f"{path}:{mark.line + 1 if mark else 1}: is no YAML.") from error
    names = found.get(KEY) if isinstance(found, dict) else found
    names = [names] if isinstance(names, str) else names
    if not isinstance(names, list) or not names or not all(isinstance(each, str) for each in names):
        raise TwinpropError(f"{KEY}={path}: lists no plugins; expected plugins: [mine.py].")
    for each in names:
        yield str(path.parent / os.path.expanduser(each)) if each.endswith(".py") else each
