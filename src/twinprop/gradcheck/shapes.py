"""Shapes of x and numbers of classes that a class may accept, the usual ones first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from twinprop.gradcheck.loading import parse_arguments
from twinprop.gradcheck.subject import Subject

SAMPLES = 5
"""Samples in x; more where this is one of the other sizes, so that they can be told apart."""


def whole_numbers(words: Sequence[str]) -> list[int]:
    """The sizes among the arguments of a constructor, those in lists too."""
    values = parse_arguments(words)[0]
    flat = [item for value in values for item in (value if isinstance(value, list | tuple) else [value])]
    return [item for item in flat if isinstance(item, int) and not isinstance(item, bool) and item > 0]


def matrix_sizes(subject: Subject) -> list[int]:
    """The sizes of the parameters, but for those of vectors."""
    return [size for parameter in subject.parameters if parameter.get().ndim > 1 for size in parameter.get().shape]


def usual_shapes(
    subject: Subject, words: Sequence[str], given: Sequence[int] | None
) -> Iterator[tuple[tuple[int, ...], int]]:
    """Shapes of x to try, with the axis of the samples; what reads like the constructor's arguments first."""
    numbers, sizes = whole_numbers(words), matrix_sizes(subject)
    if given:
        columns = len(given) == 2 and numbers[:1] == [given[0]] != [given[1]]
        yield from [(tuple(given), -1), (tuple(given), 0)] if columns else [(tuple(given), 0), (tuple(given), -1)]
        return
    count = next(n for n in range(SAMPLES, 99) if n not in {*numbers, *sizes})
    features = list(dict.fromkeys([*numbers[:1], *sizes[:2], 4]))
    yield from (((count, width), 0) for width in features)
    yield from (((width, count), -1) for width in features)


def class_counts(subject: Subject, words: Sequence[str], x: tuple[int, ...], axis: int, given: int | None) -> list[int]:
    """Numbers of classes to try."""
    if given:
        return [given]
    own = x[0] if axis else x[-1]
    if not subject.parameters:
        return [own]
    sizes = [size for parameter in reversed(subject.parameters) for size in reversed(parameter.get().shape)]
    return list(dict.fromkeys(n for n in [*whole_numbers(words)[-1:], *sizes[:4], own]))
