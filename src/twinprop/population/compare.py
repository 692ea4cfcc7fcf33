"""What a sweep varied, and the best result with each value.

It works on flat configurations and summaries, so that the jobs of a sweep that has just ended and runs found
on disk are compared alike. Runs that differ in their seed alone are one variant, with a mean and a deviation; runs that
only repeat others count once, and a key that changed nothing is said to have changed nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twinprop.config.compared import compared, identity
from twinprop.config.registry import GROUPS
from twinprop.population.seeds import OverSeeds, counted, losses, over_seeds, same_losses, was_dropped
from twinprop.text import plural, ranges, spelled

EXPERIMENT = "experiment"
"""Not a key, but what chose others; where it varied, it stands in a configuration beside them."""

Configuration = Mapping[str, Any]
Summary = Mapping[str, Any]

SAMPLED = re.compile(r"\d*\.\d{6,}(e-?\d+)?")
"""A number with more digits than a person types."""

MOST_VALUES = 30
"""Values of a key for which the best is told, each in a row."""


def varied(configurations: Sequence[Configuration]) -> list[str]:
    """The keys that are not the same in all configurations."""
    keys = dict.fromkeys(key for configuration in configurations for key in configuration)
    return [key for key in keys if len({str(configuration.get(key)) for configuration in configurations}) > 1]


def keys_of(configurations: Sequence[Configuration]) -> list[str]:
    """The keys by which configurations are told apart: those that somebody chose, and on which results depend."""
    depended_on = {*varied([compared(each) for each in configurations])}
    return [key for key in chosen(configurations) if key in depended_on]


def chosen(configurations: Sequence[Configuration]) -> list[str]:
    """The varied keys that somebody chose: without those that came with another one, as Adam's betas with Adam."""
    came = {key for keys in came_with(configurations).values() for key in keys}
    return [key for key in varied(configurations) if key not in came]


def came_with(configurations: Sequence[Configuration]) -> dict[str, list[str]]:
    """The varied keys whose value follows from a choice, by that choice: of an experiment, or of a key's group."""
    keys, found, taken = varied(configurations), {}, set[str]()
    for name in (EXPERIMENT, *(f"{group}.name" for group in GROUPS)):
        if name not in keys or name in taken:
            continue
        own = "" if name == EXPERIMENT else name.removesuffix("name")
        came = []
        for key in (key for key in keys if key.startswith(own) and key not in (name, "seed", "label", *taken)):
            pairs = {(spelled(each.get(name)), spelled(each.get(key))) for each in configurations}
            if len(pairs) == len({value for value, _ in pairs}):
                came.append(key)
        found[name] = came
        taken |= {*came}
    return found


WHERE = ("model.backend", "device")
"""Keys that are to change nothing: that twins agree is no news, and they do not repeat each other."""


def unchanging(settings: Sequence[Configuration], keys: Sequence[str], same: Callable[[int, int], bool]) -> list[str]:
    """The keys that change nothing: whatever differs in one of them alone is the same.

    Args:
        settings: of the runs, by key.
        keys: those that vary.
        same: whether the runs at two positions are the same.
    """
    found = []
    for key in keys:
        first: dict[tuple[str, ...], int] = {}
        pairs = []
        for position, each in enumerate(settings):
            start = first.setdefault(tuple(spelled(each.get(other)) for other in keys if other != key), position)
            if spelled(settings[start].get(key)) != spelled(each.get(key)):
                pairs.append((start, position))
        if pairs and all(same(*pair) for pair in pairs):
            found.append(key)
    return found


def remarks(
    settings: Sequence[Configuration],
    keys: Sequence[str],
    identities: Sequence[Hashable],
    summaries: Sequence[Summary],
    jobs: Sequence[int] | None = None,
) -> list[str]:
    """Sentences on keys that change nothing, and on runs that repeat others.

    Args:
        settings: of the runs, by key.
        keys: those that vary.
        identities: of their configurations, equal where they train alike.
        summaries: what came of them; empty before they are trained.
        jobs: their numbers, if they have any.
    """
    results = [losses(summary) for summary in summaries]

    def same(one: int, other: int) -> bool:
        return identities[one] == identities[other] or same_losses(results[one], results[other])

    lines = [
        f"{key} changes nothing here: what differs in it alone is the same"
        for key in unchanging(settings, [key for key in keys if key not in ("label", *WHERE)], same)
    ]
    places: dict[Hashable, list[int]] = {}
    for position, each in enumerate(settings):
        places.setdefault(tuple(each.get(key) for key in WHERE), []).append(position)
    again = []
    for there in places.values():
        counting = counted([identities[position] for position in there], [summaries[position] for position in there])
        again += [position for at, position in enumerate(there) if at not in counting]
    again.sort()
    if again:
        some = f"{len(again)} of {plural(len(summaries), 'run')}"
        if jobs is not None:
            some = f"{'job' if len(again) == 1 else 'jobs'} {ranges([jobs[position] for position in again])}"
        verb = "repeats" if len(again) == 1 else "repeat"
        lines.append(f"{some} {verb} others, and so {'is no seed' if len(again) == 1 else 'are no seeds'} more")
    return lines


def short_key(key: str) -> str:
    """A key as short as in the names of runs: `lr` for optimizer.lr, `optimizer` for optimizer.name."""
    return key.removesuffix(".name").rpartition(".")[2]


def typed(key: str, value: str, short: bool) -> str:
    """An override for people, `lr=0.1`; in full where that would make one of two."""
    if not short:
        return f"{key}={value}"
    # a sampled number comes with more digits than anyone reads
    return f"{short_key(key)}={SAMPLED.sub(lambda found: f'{float(found[0]):.4g}', value)}"


def short_value(value: Any) -> str:
    """A value as it is typed, whole numbers without a point; a sampled one has more digits than anyone reads."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e6:
        return str(int(value))
    return SAMPLED.sub(lambda found: f"{float(found[0]):.4g}", spelled(value))


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_numeric(key: str, values: Sequence[Any]) -> bool:
    """Whether the values of a key are numbers along an axis; a seed is a number that means no more than a name."""
    return not key.endswith("seed") and all(map(is_number, values))


@dataclass
class Variant:
    """Runs that differ in their seed alone.

    Attributes:
        values: its value of each varied key.
        typed: the same as it is typed, which tells apart what == does not, and can be looked up.
        positions: of all its runs, among those that are compared.
        counted: of the runs that count: without those that repeat others, or were dropped where others were not.
        summaries: what came of those.
    """

    values: dict[str, Any]
    typed: dict[str, str]
    positions: list[int]
    counted: list[int]
    summaries: list[Summary]

    def over_seeds(self, metric: str) -> OverSeeds:
        """A result of its runs."""
        return over_seeds(self.summaries, metric)


class Comparison:
    """Runs, by what was varied.

    Args:
        configurations: flat, one for each run.
        summaries: what came of each.
        metric: by which variants are compared.
        jobs: the numbers of the runs, if they have any, for remarks.

    Attributes:
        keys: those that somebody varied, but for the seed.
        everything: all variants, in the order of their first runs.
        variants: those of which a run has a result.
        values: the values of each key: numbers in their order, else as they came.
        remarks: on keys that change nothing, and on runs that repeat others.
    """

    def __init__(
        self,
        configurations: Sequence[Configuration],
        summaries: Sequence[Summary],
        metric: str,
        jobs: Sequence[int] | None = None,
    ) -> None:
        self.metric = metric
        settings = [compared(configuration) for configuration in configurations]
        identities = [identity(configuration) for configuration in configurations]
        self.keys = [key for key in keys_of(configurations) if key != "seed"]
        self.remarks = remarks(configurations, chosen(configurations), identities, summaries, jobs)
        together: dict[tuple[str, ...], list[int]] = {}
        for position, each in enumerate(settings):
            together.setdefault(tuple(spelled(each.get(key)) for key in self.keys), []).append(position)
        self.everything = []
        for positions in together.values():
            some = [summaries[position] for position in positions]
            values = {key: settings[positions[0]].get(key) for key in self.keys}
            typed = {key: spelled(value) for key, value in values.items()}
            counting = [positions[at] for at in counted([identities[position] for position in positions], some)]
            counting = [at for at in counting if not was_dropped(summaries[at])] or counting
            self.everything.append(
                Variant(values, typed, positions, counting, [summaries[position] for position in counting])
            )
        self.variants = [variant for variant in self.everything if variant.over_seeds(metric).values]
        self.values = {key: self._values_of(key) for key in self.keys}

    def _values_of(self, key: str) -> list[Any]:
        found = list({variant.typed[key]: variant.values[key] for variant in self.variants}.values())
        return sorted(found) if all(map(is_number, found)) else found

    def ranked(self) -> list[Variant]:
        """All variants, the best first."""
        return sorted(self.everything, key=lambda variant: variant.over_seeds(self.metric).rank)

    def names(self) -> dict[int, str]:
        """Variants in words as short as they can be without two being the same, by the position of their first run."""
        found: dict[int, str] = {}
        for short in (True, False):
            found = {each.positions[0]: named(each.values, short) for each in self.everything}
            if len({*found.values()}) == len(found):
                break
        return found

    def best_with_each(self, key: str) -> list[Variant]:
        """The best variant with each of a key's values, in their order."""
        best: dict[str, Variant] = {}
        for variant in sorted(self.variants, key=lambda variant: variant.over_seeds(self.metric).rank):
            best.setdefault(variant.typed[key], variant)
        return [best[spelled(value)] for value in self.values[key]]

    def best_rows(self) -> list[dict[str, str]]:
        """A row for each value of each key, with what it was best with; none where only one key was varied."""
        rows: list[dict[str, str]] = []
        if len(self.keys) < 2:
            return rows
        for key in self.keys:
            # a value that was tried once, as in a search among all numbers, is in the table of jobs
            if len(self.values[key]) > min(MOST_VALUES, len(self.everything) // 2):
                continue
            for variant in self.best_with_each(key):
                others = {other: value for other, value in variant.values.items() if other != key}
                row = {"with": named({key: variant.values[key]}), "best at": named(others)}
                rows.append(row | {self.metric: str(variant.over_seeds(self.metric))})
        return rows


def named(values: Configuration, short: bool = True) -> str:
    """`lr=0.1, activation=relu`; in full where that would make one of two; `default` where there is nothing."""
    label = {key: values[key] for key in ("label",) if values.get(key) is not None}
    pairs = {**label, **{key: value for key, value in values.items() if key != "label"}}
    if not short:
        return ", ".join(f"{key}={spelled(value)}" for key, value in pairs.items()) or "default"
    return ", ".join(f"{short_key(key)}={short_value(value)}" for key, value in pairs.items()) or "default"
