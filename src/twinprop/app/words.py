"""What can be said of a command line from its words alone, before anything is composed or a sweep is expanded."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite, prod

from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, Glob, IntervalSweep, Override, Sweep

from twinprop.app.composer import HYDRA_ERRORS, text_of
from twinprop.app.hydra_keys import hydra_key_problem
from twinprop.app.sweep_values import count_of

MOST_JOBS = 100_000
"""Jobs of a sweep, at most: more than a machine keeps apart, and what a slip of the hand asks for."""

SWEEPERS_OF_ALL = ("grid", "basic")
"""Sweepers that train every combination; others choose among the values."""


def parse(words: Iterable[str], multirun: bool) -> tuple[list[Override], list[str]]:
    """The overrides that can be tried, and what is wrong with the others, or with all of them together."""
    words = list(words)
    found = several_studies(words)
    if found:
        words = [word for word in words if not is_study(word)]
    parsed: list[Override] = []
    for word in words:
        override = read(word)
        problem = override if isinstance(override, str) else word_problem(override, multirun)
        if problem is not None:
            found.append(problem)
        else:
            assert not isinstance(override, str)
            parsed.append(override)
    twice = given_twice(parsed)
    found += [f"{key}: is given twice, as {' and '.join(texts)}; leave one." for key, texts in twice.items()]
    parsed = [override for override in parsed if bare_key(override) not in twice]
    if is_searched(parsed):
        globs = [each for each in parsed if each.is_sweep_override() and isinstance(each.value(), Glob)]
        found += [f"{text_of(each)}: a search takes no glob; write {bare_key(each)}=A,B,C." for each in globs]
    else:
        found += too_many(parsed)
    return parsed, found


def read(word: str) -> Override | str:
    """A word of the command line as an override, or why it is none."""
    key, equals, value = word.partition("=")
    try:
        (override,) = OverridesParser.create(GlobalHydra.instance().config_loader()).parse_overrides([word])
    except (*HYDRA_ERRORS, TypeError):
        if not equals or not key.strip():
            return f"{word!r}: is not key=value; leave no space around =, and quote lists: 'key=[1,2]'."
        text = value.replace("'", "") or "a b"
        return f"{word}: cannot be read; put quotes around lists, 'key=[1,2]', and texts, \"{key}='{text}'\"."
    return override if override.key_or_group else f"{word!r}: is not key=value."


def word_problem(override: Override, multirun: bool) -> str | None:
    """What is wrong with one override, whatever the others are."""
    word, key = text_of(override), override.key_or_group
    if not override.is_sweep_override():
        return hydra_key_problem(override)
    if not multirun:
        text = word.partition("=")[2]
        as_list = "" if "(" in text else f"; a list is written '{key}=[{text}]'"
        return f"{word}: several values make a sweep, which needs -m{as_list}."
    value = override.value()
    if isinstance(value, ChoiceSweep) and any(isinstance(each, Sweep) for each in value.list):
        return f"{word}: has values within values; write them one after the other, {key}=A,B,C."
    if isinstance(value, Glob) and not all(isinstance(each, str) for each in (*value.include, *value.exclude)):
        return f"{word}: a glob takes names, as {key}=glob(a*) or {key}=glob([a*,b*])."
    if not override.is_discrete_sweep():
        interval = override.value()
        assert isinstance(interval, IntervalSweep)
        start, end = float(interval.start or 0), float(interval.end or 0)
        if not (isfinite(start) and isfinite(end)) or start == end:
            return f"{word}: an interval has two ends, which are different finite numbers."
        if not start < end:
            return f"{word}: an interval goes up; write interval({end:g},{start:g})."
        if "log" in interval.tags and start <= 0:
            return f"{word}: an interval on a logarithmic scale must begin above 0."
        return None
    try:
        empty = not count_of(override)
    except ValueError as error:
        return f"{word}: {error}."
    return f"{word}: holds no value, so that nothing would be trained." if empty else None


def is_study(word: str) -> bool:
    """Whether a word adds a study."""
    return word.lstrip("+").startswith("sweeps=") and word.startswith("+")


def several_studies(words: list[str]) -> list[str]:
    """That studies are given one by one, or as a sweep over them."""
    studies = [word.partition("=")[2].strip("[]") for word in words if is_study(word)]
    together = ",".join(studies)
    one_list = any(word.partition("=")[2].startswith("[") for word in words if is_study(word))
    if len(studies) > 1 or ("," in together and not one_list):
        return [f"+sweeps={together}: several studies together are a list: '+sweeps=[{together}]'."]
    return []


def bare_key(override: Override) -> str:
    """The key of an override, and of a group its package too, without +, ++ and ~."""
    return override.get_key_element().lstrip("+~")


def given_twice(parsed: list[Override]) -> dict[str, list[str]]:
    """The keys that are swept and given once more, of which Hydra's sweeper would take the last, with their words."""
    given: dict[str, list[Override]] = {}
    for override in parsed:
        given.setdefault(bare_key(override), []).append(override)
    return {
        key: [text_of(each) for each in several]
        for key, several in given.items()
        if len(several) > 1 and any(each.is_sweep_override() for each in several)
    }


def is_searched(parsed: list[Override]) -> bool:
    """Whether a sweeper was chosen that does not train every combination."""
    return any(each.key_or_group == "hydra/sweeper" and each.value() not in SWEEPERS_OF_ALL for each in parsed)


def too_many(parsed: list[Override]) -> list[str]:
    """That a sweep is larger than it may be, with the word that makes it so."""
    counts = {text_of(each): count_of(each) for each in parsed if each.is_discrete_sweep()}
    jobs = prod(counts.values())
    if jobs <= MOST_JOBS:
        return []
    word = max(counts, key=counts.__getitem__)
    number = f"{jobs:,}" if jobs < 10**15 else "more than 10^15"
    return [
        f"{word}: the sweep would have {number} jobs, and may have at most {MOST_JOBS:,}; give fewer values, or let "
        "hydra/sweeper=optuna choose among them."
    ]
