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
from typing import Any

from hydra import compose
from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from twinprop.app.composer import HYDRA_ERRORS, SEARCH_PATH, Composer, text_of
from twinprop.app.run_source import FROM, run_problem
from twinprop.app.sweep_values import jobs_to_look_at
from twinprop.app.words import parse
from twinprop.config import schema
from twinprop.config.problems import key_problems, problems
from twinprop.config.registry import GROUPS
from twinprop.errors import ConfigError
from twinprop.text import nearest, plural, spelled

MOST_JOBS = 50
"""Jobs of a sweep that are looked at beforehand; a mistake in another one is told when its turn comes."""

MOST_TOLD = 20
"""Mistakes of a sweep that are told one by one."""

MOST_NUMBERS = 10
"""Jobs that are named beside a mistake."""


@dataclass
class Diagnosis:
    """The mistakes of one job, and whether Hydra can compose it all the same: values out of range do compose."""

    problems: list[str]
    composes: bool
    number: int = 0


def to_error(diagnoses: list[Diagnosis]) -> ConfigError | None:
    """All mistakes of a sweep, each once, with the numbers of its jobs where others do not have it."""
    having: dict[str, list[int]] = {}
    for diagnosis in diagnoses:
        for problem in dict.fromkeys(diagnosis.problems):
            having.setdefault(problem, []).append(diagnosis.number)
    lines = [
        problem if len(numbers) == len(diagnoses) else f"{problem} (job {told(numbers)})"
        for problem, numbers in having.items()
    ]
    if len(lines) > MOST_TOLD:
        lines[MOST_TOLD:] = [f"... and {plural(len(lines) - MOST_TOLD, 'mistake')} more, in other jobs."]
    return ConfigError(lines) if lines else None


def told(numbers: list[int]) -> str:
    """Numbers of jobs, the first of many."""
    more = len(numbers) - MOST_NUMBERS
    first = ", ".join(map(str, numbers[:MOST_NUMBERS]))
    return first if more <= 0 else f"{first} and {more} more"


def diagnose(words: Iterable[str], config_name: str = "config", multirun: bool = False) -> list[Diagnosis]:
    """What is wrong with each job that the overrides `words` ask for; a single run is one job.

    Of a large sweep it is the jobs in which one key at a time varies, `MOST_JOBS` in all.
    """
    return list(diagnose_jobs(words, config_name, multirun))


def diagnose_jobs(words: Iterable[str], config_name: str = "config", multirun: bool = False) -> Iterator[Diagnosis]:
    """`diagnose`, one job after the other."""
    parsed, unreadable = parse(words, multirun)
    with_hydra = any(override.key_or_group.startswith("hydra.") for override in parsed)
    composer = Composer(
        partial(compose, config_name, return_hydra_config=with_hydra),
        [text_of(override) for override in parsed if override.key_or_group == SEARCH_PATH],
    )
    most = 1 if unreadable else MOST_JOBS  # none will be trained, whatever the others are
    for number, overrides in jobs_to_look_at(parsed, most).items():
        job = diagnose_job(overrides, composer)
        yield Diagnosis([*unreadable, *job.problems], job.composes and not unreadable, number)


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
        at_fault = [f"{text_of(each)}: " for each in given if f"'{each.get_key_element()}'" in str(error)]
        return Diagnosis([*found, "".join(at_fault[:1]) + in_a_line(error)], False)
    for override in values:
        try:
            config = composer.set_values(config, given, [override])
            given.append(override)
        except HYDRA_ERRORS as error:
            found.append(value_problem(override, config, error))
    composes = not found
    try:
        found += problems_of(config)
    except HYDRA_ERRORS as error:
        found += unresolved(config) or [in_a_line(error)]
    except ConfigError as error:
        found += error.problems
    return Diagnosis(found, composes)


def problems_of(composed: DictConfig) -> list[str]:
    """Every mistake in a composed configuration, that it begins with what is not there among them."""
    config = schema.typed(composed)
    return [*key_problems(composed, config), *value_problems(config)]


def value_problems(config: schema.Config) -> list[str]:
    """Every mistake in the values of a configuration, that it begins with what is not there among them."""
    found = list(problems(config))
    if config.init_from is not None:
        from twinprop.run.initial import start_problem

        found += [problem for problem in [start_problem(config.init_from)] if problem is not None]
    return found


def selection_problem(override: Override, composer: Composer) -> str | None:
    """What is wrong with a selection by itself."""
    group, word = override.key_or_group, text_of(override)
    options = composer.options(group)
    if group in GROUPS and (override.is_delete() or override.value() is None):
        return f"{word}: every run needs one; write {group}=NAME, one of {', '.join(options)}."
    if group in GROUPS and override.package is not None:
        return f"{word}: {group} has its own place; write {group}={override.get_value_element_as_str()}."
    if not options and "/" in group and not group.startswith("hydra"):
        return f"{word}: there is no such group; the parts of a key are joined by dots, {group.replace('/', '.')}."
    if group == FROM and not override.is_delete() and not override.is_add():
        return run_problem(override.value())
    if group != FROM and (override.package is not None or not options or override.is_delete()):
        return None
    if override.is_force_add() or (override.is_add() and group in schema.CHOSEN):
        one = "one +" if group not in schema.CHOSEN else "the +"
        return f"{word}: leave out {one}."
    value = override.value()
    for name in value if isinstance(value, list) and group not in GROUPS else [value]:
        if name not in options:
            return f"{word}: must be one of {', '.join(options)}.{nearest(str(name), options)}"
    if f"+{group}" in schema.CHOSEN and not override.is_add():
        return f"{word}: is added to the configuration; write +{word}, and -m."
    return None


def value_problem(override: Override, config: DictConfig, error: Exception) -> str:
    """What is wrong with a value that `config` does not take."""
    key, word = override.key_or_group, text_of(override)
    whole: Any = OmegaConf.to_container(config)
    own = key.startswith("hydra")
    keys = schema.flatten({name: value for name, value in whole.items() if (name == "hydra") == own})
    if key not in keys and not is_group(config, key):
        owner = key
        while "." in owner:
            owner = owner.rpartition(".")[0]
            if owner in keys:
                expected = schema.expected_at(config, owner)
                return f"{word}: there is no such key; {owner} is one value{f', {expected}' if expected else ''}."
        return f"{word}: {schema.missing_key(key, keys)}"
    if override.is_delete():
        return f"{word}: {schema.LACKING}"
    if override.is_add():
        return f"{word}: the key is there already; leave out the +."
    inner = next(iter(re.findall(r"full_key: (\S+)", f"{error}\n{error.__cause__}")), "")
    if isinstance(override.value(), dict) and inner.startswith(f"{key}."):
        if "not in struct" in f"{error}{error.__cause__}":
            return f"{word}: {inner} is not there yet; to add it, write +{word}."
        expected = schema.expected_at(config, inner)
        return f"{word}: {inner}: {f'must be {expected}.' if expected else schema.missing_key(inner, keys)}"
    expected = schema.expected_at(config, key)
    if expected is None:
        return f"{word}: {in_a_line(error)}"
    near = nearest(str(override.value()), ["true", "false"]) if expected.startswith("true") else ""
    return f"{word}: must be {expected}.{near}"


def is_group(config: DictConfig, key: str) -> bool:
    """Whether a key of a configuration holds other keys."""
    try:
        return OmegaConf.is_dict(OmegaConf.select(config, key))
    except OmegaConfBaseException:
        return False


def unresolved(config: DictConfig) -> list[str]:
    """What is wrong with each value that waits for another key, `${key}`, or for the user, `???`."""
    found = []
    for key, value in schema.flatten(OmegaConf.to_container(config)).items():
        if not isinstance(value, str | list) or ("${" not in str(value) and value != "???"):
            continue
        expected = schema.expected_at(config, key)
        must = f"; it must be {expected}." if expected else "."
        try:
            reached = OmegaConf.select(config, key, throw_on_missing=True, throw_on_resolution_failure=True)
            OmegaConf.to_object(reached) if OmegaConf.is_config(reached) else reached
        except HYDRA_ERRORS as error:
            found.append(f"{key}={spelled(value)}: {reason(error)}{must}")
    return found


def reason(error: BaseException) -> str:
    """Why a value could not be had, without the key that it is for."""
    line = str(error).splitlines()[0] if str(error) else type(error).__name__
    line = line.partition("while resolving interpolation: ")[2] or line
    line = re.sub(r"^While dereferencing interpolation '.*?': ", "", line)
    line = "it refers to itself" if "Recursive interpolation" in line else line
    line = "nothing gives it a value" if "missing mandatory value" in line.lower() else line
    return line.removesuffix(".")


def in_a_line(error: BaseException) -> str:
    """What an error of Hydra or OmegaConf says, in one sentence, with the file or the key that it names."""
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return f"{mark.name}: line {mark.line + 1} is no YAML; {getattr(error, 'problem', 'it cannot be read')}."
    cause = error.__cause__ if isinstance(error.__cause__, OmegaConfBaseException) else error
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()] or [type(error).__name__]
    file = re.fullmatch(r"In '(.+)': \w+ raised while composing config:", lines[0])
    key = next((line.removeprefix("full_key: ") for line in lines if line.startswith("full_key: ")), "")
    line = lines[1] if file and len(lines) > 1 else lines[0]
    where = ": ".join([*([f"{file[1]}.yaml"] if file else []), *([key] if key else [])])
    line = line.partition(" : Override(")[0]  # where Hydra shows its own object
    if "Key 'plugins' not in" in line:
        line = "plugins are code, which a configuration may not name; type them: plugins=FILE.py"
    line = f"{where}: {line}" if where else line
    return line if line.endswith((".", "?")) else f"{line}."
