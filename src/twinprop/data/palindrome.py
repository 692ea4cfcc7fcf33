"""Palindromes of digits: all but the last digit are read, one a step, and the last one is the class.

The last digit is the first one, so a recurrent network has to remember what it read first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from twinprop.arrays.random import generator
from twinprop.data.base import DataConfig, Raw
from twinprop.data.samples import MOST_SAMPLES, Samples, too_many_numbers
from twinprop.fields import number

PALINDROMES = 5
"""Stream of `data.seed`: which palindromes there are, in which order."""

COUNTED = 18
"""Digits that an int64 holds; palindromes that differ in the first so many are told apart by them."""


@dataclass
class Palindrome(DataConfig):
    """Palindromes of `length` digits: samples (length - 1, 1), ten classes  (course cs324).

    No palindrome is in two splits. It is in one split several times only where there are fewer than `n_samples`.
    """

    name: str = "palindrome"
    length: int = number(10, ge=3, le=MOST_SAMPLES)
    n_samples: int = number(16_000, ge=2, le=MOST_SAMPLES)

    def problems(self) -> Iterator[str]:
        yield from super().problems()
        yield from too_many_numbers("data.length", self.length, self.n_samples)

    def size(self) -> tuple[int, int | None]:
        return self.n_samples, None

    def source(self) -> dict[str, Any]:
        return {**super().source(), "seed": self.seed}

    def dimensions(self) -> tuple[tuple[int, ...], int]:
        return (self.length - 1, 1), 10

    def read(self) -> Raw:
        digits = self.distinct()
        train, val, test = self.cut(self.n_samples, None)
        tests = share(len(digits), test, self.n_samples, min(train, 1) + min(val, 1))
        rest = digits[tests:][: train + val]
        vals = share(len(rest), val, train + val, min(train, 1))
        return Raw(
            self.samples(rest[vals:], train),
            self.samples(digits[:tests], test),
            (self.length - 1, 1),
            [str(digit) for digit in range(10)],
            self.samples(rest[:vals], val),
        )

    def distinct(self) -> Any:
        """As many different palindromes as samples are wanted, or all that there are, (n, length)."""
        half = -(-self.length // 2)
        told = min(half, COUNTED)
        random = generator(self.seed, PALINDROMES)
        numbers = random.choice(10**told, min(self.n_samples, 10**told), replace=False)
        first = numbers[:, None] // 10 ** np.arange(told)[::-1] % 10
        first = np.concatenate([first, random.integers(0, 10, (len(numbers), half - told))], axis=1)
        return np.concatenate([first, first[:, : self.length - half][:, ::-1]], axis=1)

    def samples(self, palindromes: Any, count: int) -> Samples:
        """`count` samples, each palindrome as often as any other, give or take one."""
        digits = palindromes[np.arange(count) % max(len(palindromes), 1)]
        return Samples(digits[:, -1].astype(np.int64), digits[:, :-1, None].astype(np.float32))


def share(distinct: int, part: int, whole: int, others: int) -> int:
    """How many of `distinct` things go to `part` of `whole` samples: at least one, leaving one to each of `others`."""
    return min(max(round(distinct * part / whole), min(part, 1)), distinct - others)
