"""What Tab offers beyond Hydra's groups and keys: the values of a key, and the commands of `twinprop`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, is_dataclass
from types import NoneType
from typing import Any, get_args, get_type_hints

from omegaconf import OmegaConf

from twinprop.config.schema import metadata_of

BASH = """
twinprop_completion()
{
    local words=($COMP_LINE)
    if [[ "${words[1]} ${words[2]}" == "-m twinprop" && ( $COMP_CWORD -gt 2 ) ]]; then
        local line="twinprop${COMP_LINE#*-m twinprop}"
        local choices=$(COMP_POINT=${#line} COMP_LINE=$line ${words[0]} -m twinprop -sc query=bash)
        COMPREPLY=($(compgen -W "$choices" -- "${words[$COMP_CWORD]}"))
    elif [ "${words[0]}" == "python" ]; then
        hydra_bash_completion
    fi
}

COMP_WORDBREAKS=${COMP_WORDBREAKS//=}
complete -o nospace -o default -F twinprop_completion python python3
"""
"""What bash is told beside what Hydra tells it, so that `python -m twinprop` is completed as well."""

Matches = Callable[[Any, str], list[str]]

LINE = "COMP_LINE"
"""The variable in which a shell tells what has been typed."""

OVERRIDDEN = ("summary", "gradcheck", "step")
"""Commands beside training that take its keys."""


def with_values(matches: Matches, config: Any, word: str) -> list[str]:
    """What `key=` or `key=beg` can become; of several values, `key=a,beg`, the last one."""
    key, equals, begun = word.partition("=")
    values = offered(config, key) if equals else []
    if not values:
        return matches(config, word)
    before, comma, begun = begun.rpartition(",")
    return [f"{key}={before}{comma}{value}" for value in values if value.startswith(begun)]


def offered(config: Any, key: str) -> list[str]:
    """The values of a key in a configuration that can be told apart; none where it is any number or text."""
    parent, _, leaf = key.rpartition(".")
    node = OmegaConf.get_type(OmegaConf.select(config, parent) if parent else config)
    item = {each.name: each for each in fields(node)}.get(leaf) if is_dataclass(node) else None
    if item is None:
        return []
    kinds, metadata = set(get_args(hint := get_type_hints(node)[leaf])) or {hint}, metadata_of(item)
    found = [*metadata.get("options", ()), *metadata.get("words", ()), *(["true", "false"] if bool in kinds else [])]
    return [*map(str, found), *(["null"] if found and NoneType in kinds else [])]


def complete_commands(words: Sequence[str], commands: Iterable[str], training: dict[str, list[str]]) -> list[str]:
    """Answer a shell that has typed a line of `twinprop`, and return what Hydra is to answer, if anything.

    Args:
        words: of the process: `-sc` and what the shell asks.
        commands: the names of all commands.
        training: those that Hydra reads, and the words that they stand for.
    """
    program, _, typed = os.environ.get(LINE, "").lstrip().partition(" ")
    name, space, rest = typed.lstrip().partition(" ")
    if not any(word.startswith("query=") for word in words):
        return list(words)
    if not space:
        print("\n".join(each for each in commands if each.startswith(name)))
        return []
    if name not in training and name not in OVERRIDDEN:
        return []  # the shell offers files
    os.environ[LINE] = " ".join([program, *training.get(name, []), rest])
    return list(words)
