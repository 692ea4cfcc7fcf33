"""The values of a sweep, counted and picked without making them all: a range may have a billion."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice, product
from math import ceil, prod

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import FloatRange, Override, RangeSweep

Value = tuple[int, Override | None]
"""A value of a sweep as an override, with its place in the sweep."""


def count_of(sweep: Override) -> int:
    """How many values a sweep has, without making them.

    Raises:
        ValueError: it has no end, or no step.
    """
    if not sweep.is_range_sweep():
        return sum(1 for _ in sweep.sweep_string_iterator())
    value = sweep.value()
    assert isinstance(value, RangeSweep)
    if not value.step:
        raise ValueError("the step of a range must not be 0")
    values = value.range()
    if not isinstance(values, FloatRange):
        return len(values)
    start, stop, step = (Decimal(str(each)) for each in (values.start, values.stop, values.step))
    if not (start.is_finite() and stop.is_finite() and step.is_finite()):
        raise ValueError("a range begins and ends with finite numbers")
    return max(0, ceil((stop - start) / step))


def few_of(sweep: Override, most: int) -> dict[int, str]:
    """Up to `most` values of a sweep by their place in it, the first among them, the others evenly spread."""
    count = count_of(sweep)
    step = max(1, ceil(count / most))
    if step == 1 or not sweep.is_range_sweep():
        return dict(islice(enumerate(sweep.sweep_string_iterator()), 0, None, step))
    value = sweep.value()
    assert isinstance(value, RangeSweep)
    values = value.range()
    if isinstance(values, FloatRange):
        start, by = Decimal(str(values.start)), Decimal(str(values.step))
        few: dict[int, float] = {place: float(start + by * place) for place in range(0, count, step)}
    else:
        few = {place: values[place] for place in range(0, count, step)}
    for transform in value.transformers:
        few = {place: transform(each) for place, each in few.items()}
    return {place: str(each) for place, each in few.items()}


def values_swept(override: Override, most: int) -> dict[int, Override | None]:
    """An override once for each of few values that it sweeps over, by their places.

    Of an interval there is none, for its sweeper chooses the values.
    """
    if not override.is_sweep_override():
        return {0: override}
    if not override.is_discrete_sweep():
        return {}
    few, key = few_of(override, most), override.get_key_element()
    each = OverridesParser.create().parse_overrides([f"{key}={value}" for value in few.values()])
    return dict(zip(few, each, strict=True))


def jobs_to_look_at(parsed: list[Override], most: int) -> dict[int, list[Override]]:
    """The overrides of jobs of a sweep by their numbers: of all jobs, or of `most` in which one key at a time varies.

    Jobs are numbered as Hydra's sweeper does it, the last key varying fastest.
    """
    counts = [count_of(each) if each.is_discrete_sweep() else 1 for each in parsed]
    strides = [prod(counts[place + 1 :]) for place in range(len(counts))]
    whole = prod(counts) <= most
    varying = sum(count > 1 for count in counts)
    swept = [values_swept(each, most if whole else max(2, most // varying)) for each in parsed]
    # an interval keeps its place in the numbering, and gives no override
    chosen: list[list[Value]] = [list(values.items()) or [(0, None)] for values in swept]
    jobs: dict[int, list[Override]] = {}

    for combination in product(*chosen) if whole else one_at_a_time(chosen):
        number = sum(place * stride for (place, _), stride in zip(combination, strides, strict=True))
        jobs[number] = [override for _, override in combination if override is not None]
    return dict(sorted(jobs.items()))


def one_at_a_time(chosen: list[list[Value]]) -> Iterator[tuple[Value, ...]]:
    """Combinations in which one key has each of its values, and the others their first."""
    first = [values[0] for values in chosen]
    for place, values in enumerate(chosen):
        for value in values:
            yield (*first[:place], value, *first[place + 1 :])
