"""A call in a process of its own."""

from __future__ import annotations

import os

import pytest

from twinprop.population.forks import FORKS, in_subprocess


@pytest.mark.skipif(not FORKS, reason="a process cannot fork here")
def test_a_function_in_a_subprocess_gives_its_result_or_none() -> None:
    assert in_subprocess(lambda x: x + 1, 2) == 3
    assert in_subprocess(os._exit, 3) is None
