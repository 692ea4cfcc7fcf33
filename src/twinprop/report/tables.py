"""The tables of a study: all choices, the best with each value, whether the best is better, what did not complete."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import fmean
from typing import Any

from twinprop.population.compare import Variant, named
from twinprop.population.seeds import over_seeds, was_dropped
from twinprop.report.single import results_table
from twinprop.report.study import Study
from twinprop.report.table import MOST_ROWS, Table
from twinprop.report.words import key_words, metric_words, value_words
from twinprop.task import higher_is_better, task_named
from twinprop.text import plural, ranges

MOST_COLUMNS = 4
"""Keys with a column each; more share one."""

MOST_LISTED = 15
"""Failures that are listed one by one."""


def key_columns(study: Study, values: dict[str, Any], whole: str) -> list[str]:
    """The cells that say which choice this is."""
    if not study.keys:
        return ["all runs"]
    if len(study.keys) > MOST_COLUMNS:
        return [whole]
    return [value_words(key, values[key]) for key in study.keys]


def key_heads(study: Study) -> list[str]:
    """The names of those cells."""
    if not study.keys:
        return ["choice"]
    return ["choice"] if len(study.keys) > MOST_COLUMNS else [key_words(key) for key in study.keys]


def metrics_of(study: Study) -> list[str]:
    """The results that a table gives: what was compared by, the test result beside it, and the loss."""
    scores = [f"test_{name}" for name in task_named(study.task).scores]
    names = [study.metric, study.test_metric, f"val_{study.measure}", *scores, "test_loss"]
    there = [
        name for name in dict.fromkeys(names) if any(over_seeds(each.summaries, name).values for each in study.variants)
    ]
    return there or [study.metric]


def ranking(study: Study, sort: str | None = None) -> Table:
    """All choices, the best first: mean ± deviation over seeds, with the count, and what became of the runs.

    Args:
        study: of runs.
        sort: a metric, or a varied key; None for what the study was compared by.
    """
    names, columns = study.comparison.names(), metrics_of(study)
    converged = any(summary.get("converged_epoch") for summary in study.summaries)
    failed = any(summary["status"] != "completed" for summary in study.summaries)
    head = [*key_heads(study), *map(metric_words, columns), "seeds", *["converged at epoch"] * converged, "seconds"]
    rows = []
    for each in ordered(study, sort):
        epochs = [float(found) for summary in each.summaries if (found := summary.get("converged_epoch"))]
        seconds = [float(found) for summary in each.summaries if (found := (summary.get("seconds") or {}).get("train"))]
        cells = [str(over_seeds(each.summaries, name)) for name in columns]
        cells.append(str(len(over_seeds(each.summaries, study.metric).values)))
        cells += [f"{fmean(epochs):.3g}" if epochs else "-"] * converged
        cells.append(f"{fmean(seconds):.3g}" if seconds else "-")
        cells += [endings(study, each)] * failed
        rows.append([*key_columns(study, each.values, names[each.positions[0]]), *cells])
    title = f"All choices, by {metric_words(study.metric) if sort is None else sort}"
    gone = any(map(was_dropped, study.summaries))
    notes = ["In brackets: what runs had reached when they were dropped."] * gone
    return Table(title, [*head, *["status"] * failed], rows, notes, len(key_heads(study)))


def results_of(study: Study, sort: str | None = None) -> Table:
    """The table of results: of a run by itself its own, else that of all choices."""
    return ranking(study, sort) if study.alone is None else results_table(study.alone)


def ordered(study: Study, sort: str | None) -> list[Variant]:
    """All choices: the best first, or by the values of a key."""
    everything = study.comparison.ranked()
    if sort in study.keys:
        values = {value: place for place, value in enumerate(map(str, study.comparison.values[sort]))}
        return sorted(everything, key=lambda each: values.get(str(each.values[sort]), len(values)))
    return everything if sort is None else sorted(everything, key=lambda each: over_seeds(each.summaries, sort).rank)


def endings(study: Study, variant: Variant) -> str:
    """`2 completed, 1 diverged`"""
    statuses = [study.summaries[at]["status"] for at in variant.positions]
    return ", ".join(f"{statuses.count(each)} {each}" for each in dict.fromkeys(statuses))


def best_values(study: Study) -> Table | None:
    """The best choice with each value of each key; of a number beside a name, with the numbers next to the best."""
    if len(study.keys) < 2 or not study.ranked:
        return None
    if len(study.keys) == 2 and study.numeric(study.keys[0]) != study.numeric(study.keys[1]):
        number, name = sorted(study.keys, key=study.numeric, reverse=True)
        return neighbours(study, number, name)
    columns = [study.metric, study.test_metric]
    rows = []
    for key in study.keys:
        if len(study.comparison.values[key]) > min(MOST_ROWS, len(study.comparison.everything) // 2):
            continue
        for each in study.comparison.best_with_each(key):
            others = {other: value for other, value in each.values.items() if other != key}
            results = [str(each.over_seeds(column)) for column in columns]
            rows.append([f"{key_words(key)} {value_words(key, each.values[key])}", named(others), *results])
    return (
        Table("The best with each value", ["with", "best at", *map(metric_words, columns)], rows, names=2)
        if rows
        else None
    )


def neighbours(study: Study, number: str, name: str) -> Table:
    """The best number with each name, with the results of the numbers next to it."""
    along, rows = study.comparison.values[number], []
    for best in study.comparison.best_with_each(name):
        own = {each.values[number]: each for each in study.variants if each.typed[name] == best.typed[name]}
        mine = [value for value in along if value in own]
        place = mine.index(best.values[number])
        beside = []
        for at in (place - 1, place + 1):
            there = 0 <= at < len(mine)
            beside.append(
                f"{own[mine[at]].over_seeds(study.metric)} at {value_words(number, mine[at])}" if there else "not tried"
            )
        rows.append(
            [
                value_words(name, best.values[name]),
                value_words(number, best.values[number]),
                str(best.over_seeds(study.metric)),
                str(best.over_seeds(study.test_metric)),
                *beside,
            ]
        )
    word = key_words(number)
    head = [
        key_words(name),
        f"best {word}",
        metric_words(study.metric),
        metric_words(study.test_metric),
        "next below",
        "next above",
    ]
    return Table(f"The best {word} for each {key_words(name)}, and its neighbours", head, rows)


def comparisons(study: Study) -> Table | None:
    """The best choice against the others on the test split, and what can be told from so many seeds."""
    found = study.differences
    if not any(each.seeds > 1 for each in found):
        return None
    rows = []
    for each in found:
        tested = each.p == each.p
        interval = f"{each.low:+.4f} to {each.high:+.4f}" if tested else "-"
        rows.append(
            [each.name, f"{each.mean:+.4f}", interval, str(each.seeds), probability(each.adjusted), each.verdict]
        )
    measure = metric_words(study.test_metric)
    better = "higher" if higher_is_better(study.test_metric) else "lower"
    pairs = (
        "runs with the same seed are paired"
        if all(each.paired for each in found)
        else "seeds differ, so runs are not all paired"
    )
    notes = [
        f"Differences of the mean {measure} ({better} is better) of {study.name_of(study.ranked[0])}, which validation "
        f"chose, less the other's; {pairs}. Student's t, corrected for {plural(len(found), 'comparison')} by Holm's "
        "method; each interval at the level of its test."
    ]
    head = ["against", "difference", "interval", "seeds", "p, corrected", "verdict"]
    return Table("Is the best better?", head, rows, notes)


def probability(p: float) -> str:
    """A probability as it is read."""
    return "-" if p != p else "< 0.001" if p < 0.001 else f"{p:.3f}"


def failures(study: Study) -> Table | None:
    """What did not end as it should, and why; that some are dropped is no failure."""
    wrong = [at for at, summary in enumerate(study.summaries) if summary["status"] not in ("completed", "dropped")]
    if not wrong:
        return None
    together: dict[tuple[str, ...], list[int]] = {}
    variants = {at: each for each in study.comparison.everything for at in each.positions}
    for at in wrong:
        summary = study.summaries[at]
        why = re.sub(r"\d+", "#", str(summary.get("reason", "")))
        together.setdefault((study.name_of(variants[at]), str(summary["status"]), why), []).append(at)
    rows = []
    for (name, status, _), places in list(together.items())[:MOST_LISTED]:
        reason = str(study.summaries[places[0]].get("reason", "")) or "-"
        rows.append(
            [
                name,
                status,
                reason if len(places) == 1 else f"{reason} (and {len(places) - 1} alike)",
                jobs(study, places),
            ]
        )
    notes = [f"and {len(together) - MOST_LISTED} more"] if len(together) > MOST_LISTED else []
    return Table(
        f"What did not complete: {len(wrong)} of {plural(len(study.runs), 'run')}",
        ["choice", "status", "why", "runs"],
        rows,
        notes,
        names=4,
    )


def dropped(study: Study) -> Table | None:
    """How many networks were dropped after which epoch, and by whom."""
    stopped = [summary["stopped"] for summary in study.summaries if was_dropped(summary) and summary.get("stopped")]
    if not stopped:
        return None
    rows, left = [], len(study.runs)
    for (epoch, by), count in sorted(Counter((each["epoch"], str(each.get("by"))) for each in stopped).items()):
        left -= count
        rows.append([str(epoch), by, f"{count:,}", f"{left:,}"])
    return Table("Dropped on the way", ["after epoch", "by", "runs", "left"], rows, names=0)


def jobs(study: Study, places: Sequence[int]) -> str:
    """Runs by their numbers, or by their names."""
    numbers = [study.runs[at].path.name.partition("_")[0] for at in places]
    if all(map(str.isdecimal, numbers)):
        return ranges([int(number) for number in numbers])
    return ", ".join(study.runs[at].path.name for at in places)
