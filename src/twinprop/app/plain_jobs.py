"""Jobs of a sweep that differ in plain values alone: the first is composed by Hydra, the others are it, filled in.

A form holds what such jobs have in common: the typed configuration, and config.yaml with gaps. What a key makes of a
value is asked of Hydra and OmegaConf once for each value. Where anything of a job may depend on anything else, by an
interpolation say, there is no form, and the job is composed as a whole.
"""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, OverrideType, ValueType
from omegaconf import DictConfig, OmegaConf

from twinprop.app import hydra_internals, resolvers
from twinprop.app.composer import text_of
from twinprop.app.hydra_part import leads_inside, place_problems
from twinprop.config import schema

OF_ELSEWHERE = re.compile(r"\$\{(?!oc\.env:[^${}]*\})|\?\?\?")
"""What stands for a value that depends on other keys, or on the user; environment variables depend on neither."""

MARK = "MARK-OF-A-FORM-"
GAP = re.compile(rf"^( *)\w+: {MARK}(\d+)\n", re.MULTILINE)

LONGEST = 70
"""Characters of a line of YAML that is not broken, wherever it stands."""


NUMBER = re.compile(r"([a-z_]\w*(?:\.\w+)*)=(-?(?:0|[1-9]\d*)(\.\d+)?([eE]-?\d+)?)", re.ASCII | re.IGNORECASE)
"""A key and a number, as most words of a large sweep are."""


def parsed(word: str) -> Override:
    """A word of a job as Hydra's parser reads it, which takes a hundred times as long for a number.

    Raises:
        HYDRA_ERRORS: it is no override.
    """
    found = NUMBER.fullmatch(word)
    if found is None:
        (override,) = OverridesParser.create().parse_overrides([word])
        return override
    key, text, *broken = found.groups()
    value = float(text) if any(broken) else int(text)
    return Override(OverrideType.CHANGE, key, ValueType.ELEMENT, value, input_line=word)


def is_plain(override: Override) -> bool:
    """Whether an override gives a key a number, a text, a truth value, nothing, or a list of these."""
    if override.type != OverrideType.CHANGE or override.package is not None or override.is_sweep_override():
        return False
    value = override.value()
    return all(is_scalar(each) for each in value) if isinstance(value, list) else is_scalar(value)


def is_scalar(value: Any) -> bool:
    if isinstance(value, str):
        return OF_ELSEWHERE.search(value) is None and value.isprintable()
    return value is None or isinstance(value, bool | int | float)


class Form:
    """What jobs that select the same options and give the same keys plain values have in common.

    Args:
        task: the configuration of any of them, as Hydra composes it.
        keys: those that they give values.

    Raises:
        ValueError: some of it depends on other keys, so that there is no form.
    """

    def __init__(self, task: DictConfig, keys: Sequence[str]) -> None:
        container: Any = OmegaConf.to_container(task, resolve=False)
        self.scratch, self.keys = copy.deepcopy(task), keys
        self.config = schema.typed(task)
        self.parts = [item.name for item in fields(self.config) if is_dataclass(getattr(self.config, item.name))]
        for number, key in enumerate(keys):
            owner, leaf = holder(container, key)
            if leaf not in owner or isinstance(owner[leaf], dict):
                raise ValueError(key)
            owner[leaf] = f"{MARK}{number}"
        text = OmegaConf.to_yaml(OmegaConf.create(container))
        if OF_ELSEWHERE.search(text):
            raise ValueError("it depends on other keys")
        found = list(GAP.finditer(text))
        if len(found) != len(keys) or text.count(MARK) != len(keys):
            raise ValueError("its text has no gaps")
        ends = [0, *(each.end() for each in found)]
        starts = [*(each.start() for each in found), len(text)]
        self.text = [text[end:start] for end, start in zip(ends, starts, strict=True)]
        self.indents, self.order = [each[1] for each in found], [int(each[2]) for each in found]
        self.taken: dict[str, tuple[Any, str]] = {}

    def fill(self, overrides: Sequence[Override]) -> schema.Config:
        """The configuration of a job whose values these are.

        Raises:
            HYDRA_ERRORS, ValueError: a key does not take its value, or makes something of it that is not plain.
        """
        values = [self.take(override) for override in overrides]
        changes: dict[str, dict[str, Any]] = {}
        for key, (value, _) in zip(self.keys, values, strict=True):
            group, _, leaf = key.rpartition(".")
            changes.setdefault(group, {})[leaf] = value
        # each part anew, for what trains may keep its state in it
        parts = {group: replace(getattr(self.config, group), **changes.get(group, {})) for group in self.parts}
        return replace(self.config, **changes.get("", {}), **parts)

    def yaml(self, overrides: Sequence[Override]) -> str:
        """config.yaml of a job that was filled in."""
        values = [self.take(override) for override in overrides]
        pieces = [self.text[0]]
        for place, indent, text in zip(self.order, self.indents, self.text[1:], strict=True):
            pieces += [f"{indent}{line}\n" for line in values[place][1].splitlines()]
            pieces.append(text)
        return "".join(pieces)

    def take(self, override: Override) -> tuple[Any, str]:
        """What a key makes of a value, as the typed configuration has it and as config.yaml does."""
        word = text_of(override)
        if word not in self.taken:
            self.taken[word] = self.taken_anew(override)
        return self.taken[word]

    def taken_anew(self, override: Override) -> tuple[Any, str]:
        group, _, leaf = override.key_or_group.rpartition(".")
        if hydra_internals.set_values(self.scratch, [override], lambda: DictConfig({})) is not self.scratch:
            raise ValueError("this version of Hydra composes the whole")
        owner: Any = OmegaConf.select(self.scratch, group) if group else self.scratch
        plain: Any = owner[leaf]
        if OmegaConf.is_config(plain):
            value = getattr(OmegaConf.to_object(owner), leaf)
            text = OmegaConf.to_yaml(OmegaConf.create({leaf: OmegaConf.to_container(plain)}))
        else:
            value = plain
            text = f"{leaf}: {plain}\n" if type(plain) is int else OmegaConf.to_yaml(OmegaConf.create({leaf: plain}))
        if any(len(line) > LONGEST for line in text.splitlines()):
            raise ValueError("YAML may break its line")
        return value, text


def holder(container: dict[str, Any], key: str) -> tuple[dict[str, Any], str]:
    """The dictionary that holds a key, `optimizer.lr`, and the name of it there.

    Raises:
        ValueError: there is none, or it lies deeper than the typed configuration does.
    """
    group, _, leaf = key.rpartition(".")
    owner = container.get(group) if group else container
    if not isinstance(owner, dict):
        raise ValueError(key)
    return owner, leaf


NUMBER_OF_JOB, ID_OF_JOB = "${hydra.job.num}", "${hydra.job.id}"
NAME_OF_JOB = "${job_name:${hydra.overrides.task},${oc.select:hydra.sweeper.params}}"
DIRECTORY = "${hydra.runtime.output_dir}"


class Names:
    """How the directories and logs of jobs are named, where that follows from their numbers and overrides alone.

    Args:
        whole: the configuration of any of the jobs, with Hydra's part.

    Attributes:
        folder: of Hydra's files in a job's directory; None for none.
        log_format: the format of a line in a log.

    Raises:
        ValueError: names depend on something else.
    """

    def __init__(self, whole: DictConfig) -> None:
        raw: Any = OmegaConf.to_container(whole.hydra, resolve=False)
        handlers = (raw["job_logging"] or {}).get("handlers") or {}
        self.subdir, self.folder = str(raw["sweep"]["subdir"]), raw["output_subdir"]
        self.params: Any = raw["sweeper"].get("params")
        self.file: str | None = None
        self.log_format = "%(message)s"
        constant = [str(self.folder), str(raw["job"]["name"]), str(self.params)]
        parts = [self.subdir]
        if "file" in handlers:
            self.file = str(handlers["file"]["filename"]).replace("${hydra.job.name}", str(raw["job"]["name"]))
            self.log_format = raw["job_logging"]["formatters"][handlers["file"]["formatter"]]["format"]
            parts.append(self.file)
            constant.append(self.log_format)
        for piece in (NUMBER_OF_JOB, ID_OF_JOB, NAME_OF_JOB, DIRECTORY):
            parts = [part.replace(piece, "") for part in parts]
        if any("$" in part or "\\" in part or "???" in part for part in [*parts, *constant]):
            raise ValueError("names depend on other keys")
        if DIRECTORY in self.subdir or not leads_inside(self.subdir) or any(place_problems(whole.hydra)):
            raise ValueError("names that may not be")

    def directory(self, sweep: str, number: int, words: Sequence[str]) -> str:
        """The directory of a job, from that of the sweep and the job's number and overrides."""
        name = self.subdir.replace(NUMBER_OF_JOB, str(number)).replace(ID_OF_JOB, str(number))
        if NAME_OF_JOB in name:
            name = name.replace(NAME_OF_JOB, resolvers.job_name(words, self.params))
        return os.path.abspath(os.path.join(sweep, name))

    def log(self, directory: str, number: int) -> str | None:
        """The file of a job's log; None where it keeps none."""
        if self.file is None:
            return None
        name = self.file.replace(NUMBER_OF_JOB, str(number)).replace(ID_OF_JOB, str(number))
        return name.replace(DIRECTORY, directory)
