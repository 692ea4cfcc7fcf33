"""What a sweep varied, and the best result with each value.

It works on flat configurations and summaries, so that the jobs of a sweep that has just ended and runs found
on disk are compared alike. Runs that differ in their seed alone are one variant, with a mean and a deviation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twinprop.config.registry import GROUPS
from twinprop.population.seeds import OverSeeds, over_seeds
from twinprop.text import spelled

Configuration = Mapping[str, Any]
Summary = Mapping[str, Any]

MOST_VALUES = 30
"""Values of a key for which the best is told, each in a row."""


def varied(configurations: Sequence[Configuration]) -> list[str]:
    """The keys that are not the same in all configurations."""
    keys = dict.fromkeys(key for configuration in configurations for key in configuration)
    return [key for key in keys if len({str(configuration.get(key)) for configuration in configurations}) > 1]


def chosen(configurations: Sequence[Configuration]) -> list[str]:
    """The varied keys that somebody chose: without those that came with the choice of their group, as Adam's betas."""
    keys = varied(configurations)
    came: set[str] = set()
    for name in (f"{group}.name" for group in GROUPS if f"{group}.name" in keys):
        for key in (key for key in keys if key != name and key.partition(".")[0] == name.partition(".")[0]):
            pairs = {(str(each[name]), str(each.get(key))) for each in configurations}
            if len(pairs) == len({value for value, _ in pairs}):
                came.add(key)
    return [key for key in keys if key not in came]


def short_key(key: str) -> str:
    """A key as short as in the names of runs: `lr` for optimizer.lr, `optimizer` for optimizer.name."""
    return key.removesuffix(".name").rpartition(".")[2]


def short_value(value: Any) -> str:
    """A value as it is typed, whole numbers without a point."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e6 else spelled(value)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass
class Variant:
    """Runs that differ in their seed alone.

    Attributes:
        values: its value of each varied key.
        typed: the same as it is typed, which tells apart what == does not, and can be looked up.
        summaries: what came of its runs.
    """

    values: dict[str, Any]
    typed: dict[str, str]
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

    Attributes:
        keys: those that somebody varied, but for the seed.
        variants: those of which a run has a result.
        values: the values of each key: numbers in their order, else as they came.
    """

    def __init__(self, configurations: Sequence[Configuration], summaries: Sequence[Summary], metric: str) -> None:
        self.metric = metric
        keys = chosen(configurations)
        self.keys = [key for key in keys if key != "seed"] or keys
        found: dict[tuple[str, ...], Variant] = {}
        for configuration, summary in zip(configurations, summaries, strict=True):
            values = {key: configuration.get(key) for key in self.keys}
            typed = {key: spelled(value) for key, value in values.items()}
            found.setdefault(tuple(typed.values()), Variant(values, typed, [])).summaries.append(summary)
        self.variants = [variant for variant in found.values() if variant.over_seeds(metric).values]
        self.values = {key: self._values_of(key) for key in self.keys}

    def _values_of(self, key: str) -> list[Any]:
        found = list({variant.typed[key]: variant.values[key] for variant in self.variants}.values())
        return sorted(found) if all(map(is_number, found)) else found

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
            if len(self.values[key]) > min(MOST_VALUES, len(self.variants) - 1):
                continue
            for variant in self.best_with_each(key):
                others = [
                    f"{short_key(other)}={short_value(variant.values[other])}" for other in self.keys if other != key
                ]
                row = {"with": f"{short_key(key)}={short_value(variant.values[key])}", "best at": ", ".join(others)}
                rows.append(row | {self.metric: str(variant.over_seeds(self.metric))})
        return rows
