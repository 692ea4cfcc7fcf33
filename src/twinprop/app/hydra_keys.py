"""What the keys of Hydra's own part may be, where Hydra takes any value and fails later, or writes elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from twinprop.app.pruner_keys import GROUP
from twinprop.errors import ConfigError


class Rule(NamedTuple):
    """Whether a key takes a value, and which it takes, in words."""

    takes: Callable[[Any], bool]
    expected: str


def is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def abs_of(value: Any) -> Any:
    """A number without its sign; another value as it is."""
    return abs(value) if isinstance(value, int) and not isinstance(value, bool) else value


def is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def is_set(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) and name in os.environ for name in value)


def is_verbosity(value: Any) -> bool:
    return isinstance(value, bool | str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def is_search_path(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) and is_place(each) for each in value)


def is_place(path: str) -> bool:
    """Whether configurations can be looked for there: a folder that is there, or a package."""
    scheme, _, rest = path.rpartition("://")
    return scheme == "pkg" or (scheme in ("", "file") and os.path.isdir(rest))


def one_of(*names: str) -> Rule:
    return Rule(lambda value: value in names, f"one of {', '.join(names)}")


COUNT = Rule(is_count, "a whole number, at least 1")
LOGGING = Rule(lambda value: value in (1, "1"), "1, the only version that Python's logging knows")
RULES = {
    "hydra.mode": one_of("RUN", "MULTIRUN"),
    "hydra.verbose": Rule(is_verbosity, "true, false, or the names of loggers"),
    "hydra.searchpath": Rule(is_search_path, "a list of folders that are there, '[file://FOLDER]', or pkg://PACKAGE"),
    "hydra.job.env_copy": Rule(is_set, "a list of environment variables that are set"),
    "hydra.job_logging.version": LOGGING,
    "hydra.hydra_logging.version": LOGGING,
    "hydra.launcher": Rule(lambda value: isinstance(value, dict), "chosen as hydra/launcher=NAME"),
    "hydra.launcher.n_jobs": Rule(lambda value: is_count(abs_of(value)), "a whole number but 0; -1 for all CPUs"),
    "hydra.sweeper": Rule(lambda value: isinstance(value, dict), "chosen as hydra/sweeper=NAME"),
    "hydra.sweeper.pruner": Rule(lambda value: value is None or isinstance(value, dict), f"chosen as {GROUP}=NAME"),
    "hydra.sweeper.max_batch_size": Rule(lambda value: value is None or is_count(value), f"{COUNT.expected}, or null"),
    "hydra.sweeper.n_trials": COUNT,
    "hydra.sweeper.n_jobs": COUNT,
    "hydra.sweeper.max_failure_rate": Rule(is_share, "a number, at least 0 and at most 1"),
    "hydra.sweeper.storage": Rule(
        lambda value: value is None or isinstance(value, str), "the URL of a database, or null"
    ),
    "hydra.sweeper.direction": one_of("minimize", "maximize"),
}


ONE = ("hydra/launcher", "hydra/sweeper", "hydra/job_logging", "hydra/hydra_logging")
"""Groups from which Hydra needs one option."""

NEEDED = (*ONE, "hydra/callbacks")
"""And those from which it may have several."""


def hydra_key_problem(override: Override) -> str | None:
    """What is wrong with an override of a key in `RULES`; an interpolation is looked at when it is resolved."""
    if override.is_delete() and override.key_or_group in NEEDED:
        return f"{override.input_line}: every run needs one; write {override.key_or_group}=NAME."
    if override.is_add() and override.key_or_group in ONE:
        return f"{override.input_line}: leave out the +."
    rule = RULES.get(override.key_or_group)
    if rule is None or override.is_delete() or override.is_sweep_override() or "${" in (override.input_line or ""):
        return None
    value: Any = override.value()
    return None if rule.takes(value) else f"{override.input_line}: must be {rule.expected}."


def check_hydra_keys(words: Sequence[str]) -> None:
    """Check what a command line gives to the keys in `RULES` and `NEEDED`, before Hydra does anything with it.

    Raises:
        ConfigError: a key does not take its value.
    """
    found = []
    for word in words:
        if word.lstrip("+~").partition("=")[0] in (*RULES, *NEEDED):
            with suppress(HydraException):  # which Hydra tells when it reads the whole line
                (override,) = OverridesParser.create().parse_overrides([word])
                found.append(hydra_key_problem(override))
    problems = [problem for problem in found if problem is not None]
    if problems:
        raise ConfigError(problems)
