"""Find every mistake on a command line at once, job by job.

Hydra stops at the first mistake and suggests nothing. Here each override is tried by itself on the
configuration that the choices of groups give, and then the values are checked together. Hydra must be
initialised: `compose` is its own.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from hydra import compose
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from twinprop.config import schema
from twinprop.config.registry import GROUPS
from twinprop.errors import ConfigError
from twinprop.text import nearest

HYDRA_ERRORS = (HydraException, OmegaConfBaseException, ValueError)
MOST_JOBS = 1000
"""Jobs of a sweep that are looked at beforehand; a mistake in a later one is told when its turn comes."""


@dataclass
class Found:
    """The mistakes of one job, and whether Hydra can compose it all the same: values out of range do compose."""

    problems: list[str]
    composes: bool


def summary(jobs: list[Found]) -> ConfigError | None:
    """All mistakes of a sweep, each once, with the numbers of its jobs where others do not have it."""
    having: dict[str, list[int]] = {}
    for number, job in enumerate(jobs):
        for problem in job.problems:
            having.setdefault(problem, []).append(number)
    lines = [
        problem if len(numbers) == len(jobs) else f"{problem} (job {', '.join(map(str, numbers))})"
        for problem, numbers in having.items()
    ]
    return ConfigError(lines) if lines else None


def diagnose(words: Iterable[str], config_name: str = "config", multirun: bool = False) -> list[Found]:
    """What is wrong with each job that the overrides `words` ask for; a single run is one job."""
    return list(look(words, config_name, multirun))


def look(words: Iterable[str], config_name: str = "config", multirun: bool = False) -> Iterator[Found]:
    """`diagnose`, one job after the other."""
    parsed, found = parse(words, multirun)
    bases = Bases(config_name, any(override.key_or_group.startswith("hydra.") for override in parsed))
    jobs = islice(product(*filter(None, map(choices, parsed))), MOST_JOBS)
    for overrides in jobs:
        job = judge(list(overrides), bases)
        yield Found([*found, *job.problems], job.composes and not found)


def parse(words: Iterable[str], multirun: bool) -> tuple[list[Override], list[str]]:
    """The overrides that follow Hydra's grammar, and what is wrong with the others."""
    parser, parsed, found = OverridesParser.create(GlobalHydra.instance().config_loader()), [], []
    words = list(words)
    studies = [word.removeprefix("+sweeps=").strip("[]") for word in words if word.startswith("+sweeps=")]
    if len(studies) > 1:
        found.append(f"+sweeps: several studies together are a list: '+sweeps=[{','.join(studies)}]'.")
        words = [word for word in words if not word.startswith("+sweeps=")]
    for word in words:
        key, equals, value = word.partition("=")
        try:
            (override,) = parser.parse_overrides([word])
        except HYDRA_ERRORS:
            if not equals or not key:
                found.append(f"{word!r}: is not key=value; leave no space around =, and quote lists: 'key=[1,2]'.")
            else:
                found.append(f"{word}: cannot be read; put quotes around lists, 'key=[1,2]', and texts, \"key='a b'\".")
            continue
        if not override.key_or_group:
            found.append(f"{word!r}: is not key=value.")
        elif override.is_sweep_override() and not multirun:
            found.append(f"{word}: several values make a sweep, which needs -m; a list is written '{key}=[{value}]'.")
        else:
            parsed.append(override)
    return parsed, found


def choices(override: Override) -> list[Override]:
    """An override once for each value that it sweeps over; none of a range, whose values its sweeper chooses."""
    if not override.is_sweep_override():
        return [override]
    if not override.is_discrete_sweep():
        return []
    key = override.get_key_element()
    words = [f"{key}={value}" for value in override.sweep_string_iterator()]
    return list(OverridesParser.create().parse_overrides(words))


def judge(overrides: list[Override], bases: Bases) -> Found:
    """Everything that is wrong with one job."""
    is_choice = [bases.is_choice(override) for override in overrides]
    base, found = bases.get([override for override, yes in zip(overrides, is_choice, strict=True) if yes])
    if base is None:
        return Found(found, False)
    config = copy.deepcopy(base)
    for override, yes in zip(overrides, is_choice, strict=True):
        problem = None if yes else apply(override, config)
        if problem is not None:
            found.append(problem)
    composes = not found
    try:
        found += schema.composed_problems(config)
    except HYDRA_ERRORS as error:
        found.append(in_a_line(error))
    return Found(found, composes)


class Bases:
    """Configurations that the choices of groups alone give, each composed once."""

    def __init__(self, config_name: str, with_hydra: bool) -> None:
        self.config_name, self.with_hydra = config_name, with_hydra
        self.known: dict[tuple[str, ...], tuple[Any, list[str]]] = {}
        self.listed: dict[str, list[str]] = {"hydra": []}

    def is_choice(self, override: Override) -> bool:
        """Whether an override chooses from a group, and so decides which keys there are."""
        key = override.key_or_group
        return override.package is not None or "/" in key or key == "hydra.searchpath" or bool(self.options(key))

    def options(self, group: str) -> list[str]:
        """The choices of a group, none for what is no group."""
        if group not in self.listed:
            self.listed[group] = GlobalHydra.instance().config_loader().get_group_options(group)
        return self.listed[group]

    def get(self, overrides: list[Override]) -> tuple[Any, list[str]]:
        """The configuration, None where there is none, and what is wrong with the choices, which it leaves out."""
        words = tuple(map(spell, overrides))
        if words not in self.known:
            found = {spell(override): self.problem(override) for override in overrides}
            sound = [word for word in words if found[word] is None]
            problems = [problem for problem in found.values() if problem is not None]
            try:
                self.known[words] = compose(self.config_name, sound, return_hydra_config=self.with_hydra), problems
            except HYDRA_ERRORS as error:
                self.known[words] = None, [*problems, in_a_line(error)]
        base, problems = self.known[words]
        return base, list(problems)

    def problem(self, override: Override) -> str | None:
        """What is wrong with a choice by itself."""
        group, options, word = override.key_or_group, self.options(override.key_or_group), spell(override)
        if group in GROUPS and (override.is_delete() or override.value() is None):
            return f"{word}: every run needs one; write {group}=NAME, one of {', '.join(options)}."
        if override.package is not None or not options or override.is_delete():
            return None
        if group in GROUPS and override.is_add():
            return f"{word}: {group} is chosen already; leave out the +."
        value = override.value()
        for name in value if isinstance(value, list) else [value]:
            if name not in options:
                return f"{word}: must be one of {', '.join(options)}.{nearest(str(name), options)}"
        return None


def spell(override: Override) -> str:
    return override.input_line or override.key_or_group


def apply(override: Override, config: Any) -> str | None:
    """Set one value in `config`, or say what is wrong with it."""
    try:
        ConfigLoaderImpl._apply_overrides_to_config([override], config)
        return None
    except HYDRA_ERRORS as error:
        failure = error
    key, word = override.key_or_group, spell(override)
    whole = OmegaConf.to_container(config)
    assert isinstance(whole, dict)
    own = key.startswith("hydra")
    keys = schema.flatten({name: value for name, value in whole.items() if (name == "hydra") == own})
    if key not in keys and OmegaConf.select(config, key) is None:
        return f"{word}: {schema.missing_key(key, keys)}"
    if override.is_delete():
        return f"{word}: {schema.LACKING}"
    if override.is_add():
        return f"{word}: the key is there already; leave out the +."
    expected = schema.expected_at(config, key)
    if expected is None or isinstance(override.value(), dict):
        return f"{word}: {in_a_line(failure)}"
    near = nearest(str(override.value()), ["true", "false"]) if expected.startswith("true") else ""
    return f"{word}: must be {expected}.{near}"


def in_a_line(error: BaseException) -> str:
    """What an error of Hydra or OmegaConf says, in one sentence, with the file or the key that it names."""
    cause = error.__cause__ if isinstance(error.__cause__, OmegaConfBaseException) else error
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()] or [type(error).__name__]
    file = re.fullmatch(r"In '(.+)': \w+ raised while composing config:", lines[0])
    key = next((line.removeprefix("full_key: ") for line in lines if line.startswith("full_key: ")), "")
    line = lines[1] if file and len(lines) > 1 else lines[0]
    where = ": ".join([*([f"{file[1]}.yaml"] if file else []), *([key] if key else [])])
    line = f"{where}: {line}" if where else line
    return line if line.endswith((".", "?")) else f"{line}."
