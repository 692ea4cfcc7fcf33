"""Find every mistake on a command line at once, job by job.

Hydra stops at the first mistake and suggests nothing. Here each override is tried by itself on the
configuration that the selections of options give, and then the values are checked together. Hydra must be
initialised: `compose` is its own.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice, product
from typing import Any

from hydra import compose
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import MarkedYAMLError

from twinprop.app.composer import HYDRA_ERRORS, SEARCH_PATH, Composer, text_of
from twinprop.config import schema
from twinprop.config.registry import GROUPS
from twinprop.errors import ConfigError
from twinprop.text import nearest

MOST_JOBS = 1000
"""Jobs of a sweep that are looked at beforehand; a mistake in a later one is told when its turn comes."""


@dataclass
class Diagnosis:
    """The mistakes of one job, and whether Hydra can compose it all the same: values out of range do compose."""

    problems: list[str]
    composes: bool


def to_error(diagnoses: list[Diagnosis]) -> ConfigError | None:
    """All mistakes of a sweep, each once, with the numbers of its jobs where others do not have it."""
    having: dict[str, list[int]] = {}
    for number, diagnosis in enumerate(diagnoses):
        for problem in diagnosis.problems:
            having.setdefault(problem, []).append(number)
    lines = [
        problem if len(numbers) == len(diagnoses) else f"{problem} (job {', '.join(map(str, numbers))})"
        for problem, numbers in having.items()
    ]
    return ConfigError(lines) if lines else None


def diagnose(words: Iterable[str], config_name: str = "config", multirun: bool = False) -> list[Diagnosis]:
    """What is wrong with each job that the overrides `words` ask for; a single run is one job."""
    return list(diagnose_jobs(words, config_name, multirun))


def diagnose_jobs(words: Iterable[str], config_name: str = "config", multirun: bool = False) -> Iterator[Diagnosis]:
    """`diagnose`, one job after the other."""
    parsed, unreadable = parse(words, multirun)
    with_hydra = any(override.key_or_group.startswith("hydra.") for override in parsed)
    composer = Composer(
        partial(compose, config_name, return_hydra_config=with_hydra),
        [text_of(override) for override in parsed if override.key_or_group == SEARCH_PATH],
    )
    jobs = islice(product(*filter(None, map(values_swept, parsed))), MOST_JOBS)
    for overrides in jobs:
        job = diagnose_job(list(overrides), composer)
        yield Diagnosis([*unreadable, *job.problems], job.composes and not unreadable)


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


def values_swept(override: Override) -> list[Override]:
    """An override once for each value that it sweeps over; none of a range, whose values its sweeper chooses."""
    if not override.is_sweep_override():
        return [override]
    if not override.is_discrete_sweep():
        return []
    key = override.get_key_element()
    words = [f"{key}={value}" for value in override.sweep_string_iterator()]
    return list(OverridesParser.create().parse_overrides(words))


def diagnose_job(overrides: list[Override], composer: Composer) -> Diagnosis:
    """Everything that is wrong with one job."""
    selections = [override for override in overrides if composer.selects(override)]
    values = [override for override in overrides if not composer.selects(override)]
    problems = {text_of(override): selection_problem(override, composer) for override in selections}
    given = [override for override in selections if problems[text_of(override)] is None]
    found = [problem for problem in problems.values() if problem is not None]
    try:
        config = copy.deepcopy(composer.selected(given))
    except HYDRA_ERRORS as error:
        return Diagnosis([*found, in_a_line(error)], False)
    for override in values:
        try:
            config = composer.set_values(config, given, [override])
            given.append(override)
        except HYDRA_ERRORS as error:
            found.append(value_problem(override, config, error))
    composes = not found
    try:
        found += schema.composed_problems(config)
    except HYDRA_ERRORS as error:
        found.append(in_a_line(error))
    return Diagnosis(found, composes)


def selection_problem(override: Override, composer: Composer) -> str | None:
    """What is wrong with a selection by itself."""
    group, word = override.key_or_group, text_of(override)
    options = composer.options(group)
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


def value_problem(override: Override, config: DictConfig, error: Exception) -> str:
    """What is wrong with a value that `config` does not take."""
    key, word = override.key_or_group, text_of(override)
    whole: Any = OmegaConf.to_container(config)
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
        return f"{word}: {in_a_line(error)}"
    near = nearest(str(override.value()), ["true", "false"]) if expected.startswith("true") else ""
    return f"{word}: must be {expected}.{near}"


def in_a_line(error: BaseException) -> str:
    """What an error of Hydra or OmegaConf says, in one sentence, with the file or the key that it names."""
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        return f"{error.problem_mark.name}, line {error.problem_mark.line + 1}: {error.problem}."
    cause = error.__cause__ if isinstance(error.__cause__, OmegaConfBaseException) else error
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()] or [type(error).__name__]
    file = re.fullmatch(r"In '(.+)': \w+ raised while composing config:", lines[0])
    key = next((line.removeprefix("full_key: ") for line in lines if line.startswith("full_key: ")), "")
    line = lines[1] if file and len(lines) > 1 else lines[0]
    where = ": ".join([*([f"{file[1]}.yaml"] if file else []), *([key] if key else [])])
    line = f"{where}: {line}" if where else line
    return line if line.endswith((".", "?")) else f"{line}."
