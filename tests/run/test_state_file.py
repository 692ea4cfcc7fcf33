"""Files of states give back what they were given, or say that they are damaged."""

from __future__ import annotations

import math
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.kit.twins import sampling

from twinprop.errors import TwinpropError
from twinprop.run.state_file import StateFileError, read_state, write_state

arrays = hnp.arrays(
    st.sampled_from([np.float32, np.float64, np.int64, np.bool_, np.uint8]), hnp.array_shapes(min_dims=0, min_side=0)
)
leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), arrays)
states = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(st.one_of(st.text(), st.integers()), inner, max_size=4),
    ),
    max_leaves=12,
)


def same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float) and math.isnan(a):
        return isinstance(b, float) and math.isnan(b)
    return type(a) is type(b) and bool(a == b)


@given(states)
@settings(**sampling(80))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, state: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "state"
    write_state(path, state)
    assert same(read_state(path), state)


def test_an_array_in_several_places_is_written_once(tmp_path: Path) -> None:
    weights = np.arange(1000.0)
    write_state(tmp_path / "state", {"last": {"w": weights}, "best": [weights], "other": weights[:10].copy()})
    assert (tmp_path / "state").stat().st_size < 9000
    found = read_state(tmp_path / "state")
    assert found["last"]["w"] is found["best"][0]
    assert same(found, {"last": {"w": weights}, "best": [weights], "other": weights[:10]})


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "state"
    write_state(path, {"p": np.arange(20, dtype=np.float32), "best": [1.5, None, (2, "x")], 3: {}})
    return path


def test_no_flipped_bit_passes(written: Path) -> None:
    data, before = written.read_bytes(), read_state(written)
    for bit in range(0, 8 * len(data), 3):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        written.write_bytes(changed)
        with suppress(StateFileError):  # a bit of the header's padding means nothing, and changes nothing
            assert same(read_state(written), before)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9, 0.999])
def test_a_file_that_is_cut_is_refused(written: Path, share: float) -> None:
    data = written.read_bytes()
    written.write_bytes(data[: int(share * len(data))])
    with pytest.raises(StateFileError, match="cannot be read"):
        read_state(written)


@pytest.mark.parametrize("content", [b"", b"\xff" * 100, b"PK\x03\x04" + b"0" * 50, bytes(8) + b"{}"])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(TwinpropError, match="other"):
        read_state(path)


def test_nothing_but_plain_values_is_taken(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="a state holds a set"):
        write_state(tmp_path / "state", {"a": {1, 2}})
    assert not list(tmp_path.iterdir())
