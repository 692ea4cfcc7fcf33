"""Runs that answer one question: what varied, which choice validation prefers, and what can be said of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from twinprop.population.compare import EXPERIMENT, Comparison, Variant, came_with, is_numeric, short_value
from twinprop.population.seeds import over_seeds, was_dropped
from twinprop.report.single import answer
from twinprop.report.statistics import Difference, differences
from twinprop.report.words import key_words, listed, metric_words, network_words, value_words, variant_words
from twinprop.run.saved import Run
from twinprop.run.summary import metric_of, result
from twinprop.task import higher_is_better, task_named
from twinprop.text import plural

MOST_COMPARED = 20
"""Choices that the best is compared with, the best by validation first; with each of them, all are harder to tell."""

TWIN = "model.backend"


def settings(run: Run) -> dict[str, Any]:
    """The flat configuration of a run, and the experiment that chose keys of it."""
    named = [word.partition("=")[2] for word in run.overrides if word.startswith(f"{EXPERIMENT}=")]
    return {**({EXPERIMENT: named[-1]} if named else {}), **run.keys}


@dataclass
class Study:
    """Runs that answer one question.

    Attributes:
        name: of the sweep, or of the folder.
        runs: in their order, whatever became of them.
        directory: of the sweep; None for runs of no sweep.
    """

    name: str
    runs: list[Run]
    directory: Path | None = None

    @cached_property
    def flat(self) -> list[dict[str, Any]]:
        """The configurations of the runs."""
        return [settings(run) for run in self.runs]

    @cached_property
    def summaries(self) -> list[dict[str, Any]]:
        return [run.summary for run in self.runs]

    @property
    def alone(self) -> Run | None:
        """The run, where there is one."""
        return self.runs[0] if len(self.runs) == 1 else None

    @cached_property
    def measure(self) -> str:
        """What is measured beside the loss: `accuracy`, `rmse`."""
        return task_named(self.task).chief

    @property
    def task(self) -> str | None:
        """What the networks learn, as summary.json names it."""
        return next((each["task"] for each in self.summaries if "task" in each), None)

    @cached_property
    def metric(self) -> str:
        """What the runs are compared by: what they were told, or where no run has it, the next best but the test."""
        wanted = metric_of(self.flat[0].get("metric"), self.summaries)
        for name in (wanted, f"val_{self.measure}", "val_loss", "train_loss"):
            if over_seeds(self.summaries, name).values:
                return name
        return wanted

    @property
    def test_metric(self) -> str:
        """What is reported of the choice."""
        return f"test_{self.metric.partition('_')[2]}"

    @cached_property
    def comparison(self) -> Comparison:
        numbers = [run.path.name.partition("_")[0] for run in self.runs]
        jobs = [int(number) for number in numbers] if all(map(str.isdecimal, numbers)) else None
        return Comparison(self.flat, self.summaries, self.metric, jobs)

    @property
    def keys(self) -> list[str]:
        """What was varied, but for the seed."""
        return self.comparison.keys

    @property
    def variants(self) -> list[Variant]:
        """The choices of which a run has a result."""
        return self.comparison.variants

    @cached_property
    def ranked(self) -> list[Variant]:
        """The choices, the best first."""
        return [each for each in self.comparison.ranked() if each.over_seeds(self.metric).values]

    @cached_property
    def left(self) -> list[Variant]:
        """The choices of which all runs were dropped on their way, the best first."""
        return [each for each in self.comparison.ranked() if each.over_seeds(self.metric).reached]

    @cached_property
    def seeds(self) -> int:
        """Runs of a choice, at most."""
        return max((len(each.counted) for each in self.variants), default=0)

    @cached_property
    def best_run(self) -> Run | None:
        """The best run of the best choice."""
        if not self.ranked:
            return None
        sign = -1 if higher_is_better(self.metric) else 1
        found = [(sign * result(self.summaries[at], self.metric), at) for at in self.ranked[0].counted]
        return self.runs[min(pair for pair in found if math.isfinite(pair[0]))[1]]

    def numeric(self, key: str) -> bool:
        """Whether the values of a key are numbers."""
        return is_numeric(key, self.comparison.values[key])

    def name_of(self, variant: Variant) -> str:
        """A choice in words: `0.3, tanh`; of many keys as short as they can be typed."""
        if not self.keys:
            return "all runs"
        return variant_words(variant.values) if len(self.keys) < 3 else self._names[variant.positions[0]]

    @cached_property
    def _names(self) -> dict[int, str]:
        return self.comparison.names()

    @cached_property
    def subject(self) -> str:
        """What was trained on what: the title of figures."""
        return network_words(self.flat[0], [*self.keys, *(key for came in self.came.values() for key in came)])

    @cached_property
    def came(self) -> dict[str, list[str]]:
        """The keys that came with a choice, by it."""
        return came_with(self.flat)

    @property
    def question(self) -> str:
        """What the runs ask."""
        what = metric_words(self.metric)
        if self.alone is not None:
            return "What did this network learn?"
        if self.keys == [TWIN]:
            return "Do the network by hand and that in PyTorch learn the same, and what does each cost?"
        if self.keys:
            return f"How does the {what} depend on the {listed([key_words(key) for key in self.keys])}?"
        return f"How much does the {what} depend on the seed?" if self.seeds > 1 else f"Which {what} is reached?"

    @cached_property
    def differences(self) -> list[Difference]:
        """The best choice against the others, on the test split, which chose nothing."""
        if not self.ranked or self.metric.startswith("test_"):
            return []
        best, *others = self.ranked[: MOST_COMPARED + 1]
        return (
            differences(
                self._by_seed(best),
                {self.name_of(other): self._by_seed(other) for other in others if self._by_seed(other)},
                higher_is_better(self.test_metric),
            )
            if self._by_seed(best)
            else []
        )

    def _by_seed(self, variant: Variant) -> dict[int, float]:
        found = {self.flat[at].get("seed", 0): result(self.summaries[at], self.test_metric) for at in variant.counted}
        return {seed: value for seed, value in found.items() if math.isfinite(value)}

    @property
    def answers(self) -> list[str]:
        """What the runs answer, in a few sentences."""
        if not self.ranked:
            return ["No run has a result."]
        if self.alone is not None:
            return answer(self.alone, self.metric)
        best = self.ranked[0]
        chosen, reported = best.over_seeds(self.metric), best.over_seeds(self.test_metric)
        over = f"{len(chosen.values)} seeds" if len(chosen.values) > 1 else "one run"
        if not self.keys:
            lines = [f"The {metric_words(self.metric)} is {chosen}, and on the test split {reported} ({over})."]
        else:
            lines = [
                f"By {metric_words(self.metric)}, {self._described(best)} is best: {chosen}; "
                f"on the test split {reported} ({over})."
            ]
        gone = sum(map(was_dropped, self.summaries))
        if gone:
            lines.append(
                f"{gone:,} of {plural(len(self.runs), 'run')} were dropped on their way, for others were better then; "
                "those that were not are compared."
            )
        if self.metric.startswith("test_"):
            lines.append("The test split chose, so its result is better than on samples that chose nothing.")
        return [*lines, *self._told(), *self.edges, *self.companions]

    def _described(self, variant: Variant) -> str:
        return listed([f"{key_words(key)} {value_words(key, value)}" for key, value in variant.values.items()])

    def _told(self) -> list[str]:
        if not self.differences:
            return []
        count = len(self.differences)
        if max(each.seeds for each in self.differences) < 2:
            return ["With one seed for each choice, no difference can be told from chance."]
        told = [each for each in self.differences if each.told and each.verdict == "better"]
        worse = [each for each in self.differences if each.told and each.verdict == "worse"]
        rest = count - len(told) - len(worse)
        parts = [f"it is better than {len(told)} of the {count} others that it was compared with"]
        parts += [f"worse than {len(worse)}"] * bool(worse)
        parts += [f"{rest} cannot be told apart from {plural(self.seeds, 'seed')}"] * bool(rest)
        return [f"On the test split, {listed(parts)} (paired by seed, Holm's correction)."]

    @property
    def edges(self) -> list[str]:
        """Whether the best value of a number is the smallest or the largest that was tried."""
        lines = []
        for key in self.keys if self.ranked else []:
            values = [each.values[key] for each in self.comparison.everything]  # with those that have no result
            if (
                is_numeric(key, values)
                and len({*values}) > 1
                and (value := self.ranked[0].values[key]) in (min(values), max(values))
            ):
                which = "smallest" if value == min(values) else "largest"
                lines.append(
                    f"The best {key_words(key)}, {short_value(value)}, is the {which} that was tried: a better one may "
                    "lie beyond."
                )
        return lines

    @property
    def companions(self) -> list[str]:
        """What came with a choice and is another with another one, as a learning rate with an optimizer."""
        lines = []
        for name, came in self.came.items():
            values = {str(each.get(name)): each for each in self.flat}
            for key in came:
                if all(key in each for each in values.values()):
                    own = [f"{short_value(each[key])} with {value}" for value, each in values.items()]
                    lines.append(f"{key_words(key).capitalize()} came with the {key_words(name)}: {listed(own)}.")
        return lines

    @property
    def remarks(self) -> list[str]:
        """On keys that changed nothing, and runs that repeat others."""
        return [f"{line[0].upper()}{line[1:]}." for line in self.comparison.remarks]


def studies(runs: Sequence[Run], sweeps: dict[Path | None, list[Run]], together: bool = False) -> list[Study]:
    """The studies that runs belong to: each sweep is one, and runs of no sweep are one.

    Args:
        runs: all of them.
        sweeps: the same by their sweep.
        together: take all for one study.
    """
    if together:
        return [Study("all runs", list(runs))]
    found = []
    for directory, some in sweeps.items():
        name = directory.name if directory is not None else some[0].path.name if len(some) == 1 else "runs"
        found.append(Study(name, some, directory))
    return found
