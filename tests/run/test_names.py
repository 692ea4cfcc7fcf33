"""Directories of runs are named by what was varied, safely, and never twice."""

import shlex
import unicodedata

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import example, given
from hypothesis import strategies as st

from twinprop.app.resolvers import sweep_name
from twinprop.run.names import CUT, LONGEST, MOST_BYTES, RESERVED, safe, short_name, unused


@pytest.mark.parametrize(
    ("overrides", "label", "name"),
    [
        ([], None, "default"),
        (["model.activation=tanh", "optimizer.lr=0.01"], None, "activation-tanh_lr-0.01"),
        (["data=mnist", "data.root=/big/disk", "hydra.run.dir=x"], None, "data-mnist"),
        (["experiment=kece470_mlp", "seed=3"], None, "kece470_mlp_seed-3"),
        (["seed=3"], "mine", "mine_seed-3"),
        (["model.hidden=[20,10]"], None, "hidden-20-10"),
    ],
)
def test_a_run_is_named_by_its_overrides(overrides, label, name):
    assert short_name(overrides, label) == name


@given(st.text(max_size=300))
def test_any_name_is_safe_for_a_file_system(text):
    name = safe(text)
    assert len(name) <= LONGEST
    assert len(name.encode()) <= MOST_BYTES
    assert not set(name) & set('/\\:*?"<>|\0\n')
    assert not name.endswith(".")


@given(st.lists(st.text(st.characters(max_codepoint=126), max_size=200), max_size=3))
@example(["model.hidden=[20,10]", "model.stages=[[8],[16,16]]", "optimizer={lr:0.1,momentum:0.9}", "seed=-1"])
def test_a_name_is_pasted_back_without_quotes(overrides):
    """Hydra reads `=`, `,` and brackets in a value as its own; the shell keeps them, but not the spaces."""
    path = f"outputs/runs/{short_name(overrides, None)}_2026-11-21_01-24-07"
    (override,) = OverridesParser.create().parse_overrides([f"hydra.run.dir={path}"])
    assert override.value() == path
    assert shlex.quote(path) == path


@pytest.mark.parametrize("letter", ["a", "ä", "深", "𝒳", "e\u0301"])
def test_a_name_is_cut_between_letters_and_by_its_bytes(letter):
    name = safe(letter * 300)
    assert name.endswith(CUT)
    assert set(name.removesuffix(CUT)) == {unicodedata.normalize("NFC", letter)}
    assert len(name.encode()) > MOST_BYTES - 5 or len(name) == LONGEST
    assert safe("深" * 50) == "深" * 50


@pytest.mark.parametrize("name", ["con", "NUL", "aux.txt", "COM1", "lpt9.a.b", "v1.", "...", "lr=0.", "a|b:c"])
def test_windows_takes_every_name(name):
    found = safe(name)
    assert found
    assert not found.endswith((".", " "))
    assert found.partition(".")[0].upper() not in RESERVED
    assert not set(found) & set('<>:"|?*')


@pytest.mark.parametrize("overrides", [["model.activation=tanh"], [f"label={'深' * 200}"], ["optimizer.lr=0.1"] * 30])
def test_no_path_is_longer_than_200_letters(overrides):
    """A job's events have the longest name of all, with that of the machine and a number of its process."""
    sweep = sweep_name([*overrides, "experiment=" + "x" * 200], None, "2026-11-26_08-15-43")
    events = f"events.out.tfevents.1764144000.{'h' * 15}.1234567.0"
    for path in (f"sweeps/{sweep}-2/99999_{short_name(overrides, 'l' * 200)}", f"runs/{short_name(overrides, None)}"):
        assert len(f"outputs/{path}/{events}") <= 200


def test_a_name_is_never_used_twice(tmp_path):
    names = []
    for _ in range(3):
        names.append(unused(str(tmp_path / "run")))
        (tmp_path / names[-1]).mkdir()
    assert [name.rpartition("/")[2] for name in names] == ["run", "run-2", "run-3"]
