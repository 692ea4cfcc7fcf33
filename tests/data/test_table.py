"""Tables of any dialect are taken as they are meant, or refused in a message with row, column and key."""

from __future__ import annotations

import json
import logging
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from twinprop.data.base import Dataset
from twinprop.data.csv_file import CSV
from twinprop.data.preparation import Preparation
from twinprop.data.sklearn_tables import Diabetes, Iris
from twinprop.data.table_file import read_table
from twinprop.errors import DataError
from twinprop.task import Regression

ROWS = [f"{i % 7},{i % 5 + 0.5},{'abc'[i % 3]},{'yes' if i % 2 else 'no'}" for i in range(40)]
HEAD = "a,b,c,y"


def text(rows: list[str] = ROWS, head: str = HEAD) -> str:
    return "\n".join([head, *rows, ""])


def beside(cells: Any, name: str = "q") -> str:
    """The table with one more column in front."""
    return text([f"{cell},{row}" for cell, row in zip(cells, ROWS, strict=True)], f"{name},{HEAD}")


def load(tmp_path: Path, content: str | bytes, **keys: Any) -> Dataset:
    file = tmp_path / "t.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return CSV(file=str(file), **{"target": "y", **keys}).load()


ALIKE: dict[str, tuple[str | bytes, dict[str, Any]]] = {
    "a byte order mark": (b"\xef\xbb\xbf" + text().encode(), {}),
    "utf-16": (text().encode("utf-16"), {}),
    "tabs": (text().replace(",", "\t"), {}),
    "semicolons and decimal commas": (text().replace(",", ";").replace(".", ","), {}),
    "the line ends of old": (text().replace("\n", "\r"), {}),
    "separators at the end of rows": (text([f"{row}," for row in ROWS]), {}),
    "money": (beside([f"${i}.50" for i in range(40)]), {}),
    "spaces": (text().replace(",", " , "), {}),
    "windows' line ends": (text().replace("\n", "\r\n"), {}),
    "a column that is missing everywhere": (beside([""] * 40), {}),
    "a constant column": (beside(["x"] * 40), {}),
    "the index of a frame": (beside(range(40), ""), {}),
    "names": (beside([f"name {i}" for i in range(40)]), {}),
    "dates of another country": (beside([f"{i % 12 + 1}/{i % 28 + 1}/2024" for i in range(40)]), {}),
    "dropped": (beside(range(0, 80, 2)), {"drop": ["q"]}),
    "chosen": (beside(range(0, 80, 2)), {"columns": ["a", "b", "c"]}),
}


@pytest.mark.parametrize(("content", "keys"), ALIKE.values(), ids=ALIKE)
def test_the_same_table_in_another_form(tmp_path: Path, content: str | bytes, keys: dict[str, Any]) -> None:
    expected, found = load(tmp_path, text()), load(tmp_path, content, **keys)
    assert found.checksums() == expected.checksums()
    assert found.classes == ["no", "yes"]


REFUSED: dict[str, tuple[str | bytes, dict[str, Any], list[str]]] = {
    "empty": ("", {}, ["is empty"]),
    "a head alone": ("a,y\n", {}, ["no rows below"]),
    "one column": ("y\n" + "u\nv\n" * 9, {}, ["no column to learn 'y' from"]),
    "no target": (text(), {"target": None}, ["data.target=null", "data.target=y", "a, b, c, y"]),
    "another target": (text(), {"target": "Y"}, ["data.target=Y", "Did you mean 'y'?"]),
    "a wrong cell": (text(["12x" + ROWS[0][1:], *ROWS[1:]]), {}, ["column 'a'", "'12x' in row 1", "missing_values"]),
    "infinity": (text([*ROWS[:-1], "inf,1,a,no"]), {}, ["'inf' in row 40"]),
    "a number that is too large": (text([*ROWS[:-1], "1e300,1,a,no"]), {}, ["'1e300' in row 40"]),
    "a number to learn that is too large": (
        text([*ROWS[:-1], "1,-1e30,a,no"]),
        {"target": "b", "task": "regression"},
        ["column 'b'", "'-1e30' in row 40"],
    ),
    "a missing cell": (text([ROWS[0], "," + ROWS[1][2:], *ROWS[2:]]), {}, ["'a' in row 2", "data.missing=drop"]),
    "a missing target": (text([*ROWS, "1,2,a,"]), {}, ["'y' in row 41"]),
    "a name twice": (text(head="a,a,c,y"), {}, ["'a' (columns 1 and 2)"]),
    "no head": (text(["1,2,3,4"], "5,6,7,8"), {}, ["its first line holds values"]),
    "a row too long": (text([*ROWS, "1,2,a,no,5"]), {}, ["line 42 has 5 cells", "data.separator"]),
    "bytes": (bytes(range(256)) * 9, {}, ["is no text"]),
    "names of rows": (text([f"{i},{row}" for i, row in enumerate(ROWS)]), {}, ["line 2 has 5 cells", "4 names"]),
    "a comment above": ("# mine\n" + text(), {}, ["line 2 has 4 cells", "1 name"]),
    "letters of 16 bits": (text().encode("utf-16-le"), {}, ["is no text", "data.encoding=utf-16-le"]),
    "another encoding": (text().encode("utf-16"), {"encoding": "utf-8"}, ["data.encoding=utf-8"]),
    "one class": (text([row.replace("yes", "no") for row in ROWS]), {}, ["is no in every training row"]),
    "words as numbers": (text(), {"task": "regression"}, ["column 'y'", "'no' in row 1"]),
    "one group": (beside(["g"] * 40), {"group": "q"}, ["data.group", "one group"]),
    "dates and something else": (
        beside([f"2024-01-{i % 31 + 1:02d}" if i else "2024-02-30" for i in range(40)]),
        {},
        ["column 'q' has 39 dates, and '2024-02-30' in row 1"],
    ),
    "all for testing": (text(), {"test_fraction": 0.99}, ["data.test_fraction: holds out all of 40 rows"]),
    "all for validation": (
        beside([i % 4 for i in range(40)]),
        {"val_fraction": 0.99, "group": "q"},
        ["data.val_fraction: holds out all of 30 rows"],
    ),
    "separators alone": (",,,\n,,,\n", {}, ["it has separators alone"]),
    "an encoding of no letters": (text(), {"encoding": "a\0"}, ["data.encoding=a"]),
    "nothing left": (text(), {"drop": ["a", "b", "c"]}, ["no column to learn"]),
}


@pytest.mark.parametrize(("content", "keys", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_used_is_told_with_its_place(
    tmp_path: Path, content: str | bytes, keys: dict[str, Any], said: list[str]
) -> None:
    with pytest.raises(DataError) as caught:
        load(tmp_path, content, **keys)
    assert all(part in str(caught.value) for part in said), caught.value


def test_another_table_for_testing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    other = tmp_path / "other.csv"
    other.write_text(f"{HEAD}\n1,2,zz,yes\n2,1,a,no\n")
    with caplog.at_level(logging.INFO, "twinprop"):
        found = load(tmp_path, text(), test_file=str(other))
    assert (len(found.train), len(found.val), len(found.test)) == (36, 4, 2)
    assert f"'zz' in row 1 of {other} is none of its categories in training" in caplog.text
    other.write_text(f"{HEAD}\n1,2,a,perhaps\n")
    with pytest.raises(DataError, match=r"'perhaps' in row 1 of .*other.csv is no class that is learnt"):
        load(tmp_path, text(), test_file=str(other))
    other.write_text("a,c,y\n1,a,yes\n")
    with pytest.raises(DataError, match="lacks the columns b of"):
        load(tmp_path, text(), test_file=str(other))


def test_each_class_has_its_share_and_a_row_alone_is_trained_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "twinprop"):
        counts = load(tmp_path, text([*ROWS, "1,1,a,rare"]), val_fraction=0.25).counts()
    assert [list(counts[split].values()) for split in counts] == [[12, 1, 12], [4, 0, 4], [4, 0, 4]]
    assert "no test row of rare" in caplog.text


def test_groups_stay_together(tmp_path: Path) -> None:
    rows = [f"{i // 4},{i * 1.7 % 3},{i % 5 * 0.1 + i // 4},{'yes' if i % 3 else 'no'}" for i in range(80)]
    found = load(tmp_path, text(rows, "g,b,own,y"), group="g", normalize=False, drop=["b"])
    groups = [set(np.floor(getattr(found, split).x[:, 0] + 1e-5).astype(int)) for split in ("train", "val", "test")]
    assert not groups[0] & groups[1]
    assert not groups[0] & groups[2]
    assert not groups[1] & groups[2]
    assert sum(map(len, groups)) == 20


@pytest.mark.parametrize("missing", ["mean", "median", "most_frequent"])
def test_preparation_is_scikit_learns_of_the_training_rows(tmp_path: Path, missing: str) -> None:
    rng = np.random.default_rng(0)
    numbers = ["" if i % 9 == 0 else str(rng.integers(50)) for i in range(90)]
    words = ["" if i % 8 == 1 else "aabcdefg"[i % 8] for i in range(90)]
    rows = [f"{3 * i},{numbers[i]},{words[i]},{i * i % 3}" for i in range(90)]
    found = load(tmp_path, text(rows, "id,n,w,y"), missing=missing, max_categories=4, val_fraction=0.2)
    assert found.table is not None
    assert found.train.x is not None
    preparation = Preparation.from_dict(json.loads(json.dumps(found.table)))
    inputs, _ = preparation.inputs(read_table(str(tmp_path / "t.csv")))
    own = preparation.columns[0]
    train = np.round((found.train.x[:, 0] * own.scale + own.mean) / 3).astype(int)
    theirs = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy=missing), StandardScaler()), ["id", "n"]),
            (
                "words",
                make_pipeline(
                    SimpleImputer(strategy="most_frequent"),
                    OneHotEncoder(max_categories=4, handle_unknown="infrequent_if_exist", sparse_output=False),
                ),
                ["w"],
            ),
        ]
    )
    whole = pandas.read_csv(tmp_path / "t.csv")
    whole["w"] = whole["w"].astype(object)
    theirs.fit(whole.iloc[train])
    np.testing.assert_allclose(inputs, theirs.transform(whole), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(found.train.x, inputs[train])


def test_numbers_to_learn_are_scaled_by_the_training_rows(tmp_path: Path) -> None:
    found = Diabetes().load()
    task = found.task
    assert isinstance(task, Regression)
    assert found.train.y.mean() == pytest.approx(0, abs=1e-12)
    assert found.train.y.std() == pytest.approx(1)
    values = np.concatenate([task.told(split.y) for split in found[:3]])
    frame = Diabetes().table().frame
    np.testing.assert_allclose(np.sort(values), np.sort(frame["progression"]))
    assert found.counts()["train"]["mean"] == pytest.approx(task.origin)
    plain = Diabetes(scale_target=False).load()
    assert plain.task == Regression()
    np.testing.assert_allclose(plain.test.y, task.told(found.test.y))


def test_few_whole_numbers_are_classes_and_that_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "twinprop"):
        found = load(tmp_path, text(), target="a")
    assert found.classes == list("0123456")
    assert "7 different whole numbers; data.task=regression takes them for numbers" in caplog.text
    assert load(tmp_path, text(), target="a", task="regression").classes == []
    assert load(tmp_path, text(), target="b").classes == []


def test_a_file_and_scikit_learns_own_are_the_same(tmp_path: Path) -> None:
    frame = Iris().table().frame
    frame.to_csv(tmp_path / "iris.csv", index=False)
    found = CSV(file=str(tmp_path / "iris.csv"), target="species").load()
    assert found.checksums() == Iris().load().checksums()
    assert found.classes == ["setosa", "versicolor", "virginica"]


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    frame = pandas.DataFrame(
        {
            "n": [1.5, 2.0, 4.0, 3.0] * 10,
            "when": pandas.date_range("2024-01-01", periods=40),
            "flag": [True, False] * 20,
            "whole": pandas.array([1, None, 3, 4] * 10, "Int64"),
            "decimal": [Decimal(number) / 3 for number in range(40)],
            "took": pandas.to_timedelta(range(0, 80, 2), "h"),
            "there": pandas.date_range("2024-01-01", periods=40, tz="Europe/Berlin"),
            "day": pandas.date_range("2024-01-01", periods=40).date,
            "perhaps": [True, None, False, True] * 10,
            "word": pandas.Categorical(["a", None, "b", "c"] * 10),
            "level": pandas.Categorical([3, 1, 2, 1] * 10),
            "text": pandas.array(["p", "q", None, "p"] * 10, "string"),
            "list": [np.array([1, 2]), np.array([3])] * 20,
            "y": pandas.Categorical(["u", "v"] * 20),
        }
    )
    frame.to_parquet(tmp_path / "t.parquet")
    found = CSV(file=str(tmp_path / "t.parquet"), target="y", missing="median").load()
    assert found.table is not None
    kinds = {column["name"]: column["kind"] for column in found.table["columns"]}
    numbers, dates = ("n", "whole", "decimal", "took", "level"), ("when", "there", "day")
    words = ("flag", "perhaps", "word", "text", "list")
    assert kinds == {
        **dict.fromkeys(numbers, "number"),
        **dict.fromkeys(dates, "date"),
        **dict.fromkeys(words, "category"),
    }
    means = {column["name"]: column["mean"] for column in found.table["columns"]}
    assert means["took"] == pytest.approx(means["decimal"] * 3 / 12)  # in days
    assert found.shape == (19,)


def test_numbers_with_a_0_in_front_are_names(tmp_path: Path) -> None:
    found = load(tmp_path, beside([f"0{1230 + i % 3}" for i in range(40)]))
    assert found.table is not None
    assert found.table["columns"][0]["kind"] == "category"
    assert found.table["columns"][0]["categories"] == ["01230", "01231", "01232"]
    decimals = load(tmp_path, beside([f"0.{i % 3}" for i in range(40)])).table
    assert decimals is not None
    assert decimals["columns"][0]["kind"] == "number"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["1/31/2024", "2/15/2024"], "dates are read where they are written as 2026-01-31"),
        (["31.1.24", "5. Februar 2024"], "dates are read where they are written as 2026-01-31"),
        (["5%", "10 %"], "numbers are read where they are written as 1234.5 or 1,234.5"),
        (["$5", "< 1 year"], "numbers are read where they are written as 1234.5 or 1,234.5"),
        (["C85", "1st"], ""),
        (["1.2.3", "18-25"], ""),
        (["01234", "51234"], ""),
    ],
)
def test_numbers_and_dates_that_are_taken_for_words_are_told(
    cells: list[str], said: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "twinprop"):
        load(tmp_path, beside(cells * 20))
    (line,) = (each for each in caplog.messages if "categories q: " in each)
    assert line.partition("2 inputs")[2] == (f"; {said}" if said else "")
    caplog.clear()
    with caplog.at_level(logging.INFO, "twinprop"):
        load(tmp_path, beside(cells * 20), target="q")
    (line,) = (each for each in caplog.messages if "learnt " in each)
    assert line.partition("2 classes")[2] == (f" ({said})" if said else "") or cells == ["01234", "51234"]


def test_a_category_that_is_new_is_told_and_a_rare_one_is_not(tmp_path: Path) -> None:
    words = [*"aabbcc" * 6, "d", "e", "d", "e"]
    saved = load(tmp_path, beside(words), max_categories=4, test_file=str(tmp_path / "t.csv")).table
    assert saved is not None
    raw = tmp_path / "raw.csv"
    raw.write_text("q,a,b,c\n" + "".join(f"{word},1,2,a\n" for word in "adexxz"))
    table = read_table(str(raw))
    inputs, (remark,) = Preparation.from_dict(json.loads(json.dumps(saved))).inputs(table)
    assert inputs[:, :4].argmax(1).tolist() == [0, 3, 3, 3, 3, 3]
    what = "is none of its categories in training, and taken for one of the rare ones"
    assert remark.told(table) == f"q: 'x', 'z' in rows 4, 5, 6 {what}"
    assert [remark.of(place) for place in range(6)] == [[], [], [], *[[f"q: {word!r} {what}"] for word in "xxz"]]
    del saved["columns"][0]["rare"]  # as an earlier version kept it
    assert Preparation.from_dict(saved).inputs(table)[1] == []


def test_dates_of_any_year_and_cells_of_any_length(tmp_path: Path) -> None:
    days = ["0001-01-01", "1600-02-29", "1969-12-31 12:00", "9999-12-31"]
    found = load(tmp_path, beside(days * 10), normalize=False)
    assert sorted(set(found.train.x[:, 0])) == [-719162, -135081, -0.5, 2932896]
    found = load(tmp_path, beside([("a" if i % 2 else "b") * 200_000 for i in range(40)]))
    assert found.shape == (7,)


@pytest.mark.parametrize("ends", [("07", "08"), ("9007199254740993", "9007199254740992")])
def test_classes_of_digits_keep_their_names(ends: tuple[str, str], tmp_path: Path) -> None:
    found = load(tmp_path, text([f"{i % 7},{i % 5 + 0.5},{'abc'[i % 3]},{ends[i % 2]}" for i in range(40)]))
    assert sorted(found.classes) == sorted(ends)
    assert list(found.counts()["test"].values()) == [4, 4]


def test_raw_rows_at_prediction(tmp_path: Path) -> None:
    found = load(tmp_path, text())
    assert found.table is not None
    preparation = Preparation.from_dict(found.table)
    raw = tmp_path / "raw.csv"
    raw.write_text("c,b,a\na,1.5,3\n")
    inputs, remarks = preparation.inputs(read_table(str(raw)))
    assert inputs.shape == (1, 5)
    assert not remarks
    raw.write_text("c,b\na,1.5\n")
    with pytest.raises(DataError, match="has no column 'a'"):
        preparation.inputs(read_table(str(raw)))
    raw.write_text("a,b,c\n1,2,a\n3,,a\n")
    with pytest.raises(DataError, match="column 'b' is missing in row 2"):
        preparation.inputs(read_table(str(raw)))
    raw.write_text("a,b,c\n1,2,a\n1e29,2,a\n")
    preparation.columns[0].scale = 1e-3
    with pytest.raises(DataError, match="column 'a' is too far from what the network was trained on in row 2"):
        preparation.inputs(read_table(str(raw)))


def test_a_table_prepared_for_a_network_that_was_trained_on_another(tmp_path: Path) -> None:
    """Its own statistics, categories and classes count for nothing."""
    trained = load(tmp_path, text())
    other = tmp_path / "other.csv"
    other.write_text(text([f"{i},9,zz,yes" for i in range(20)]))
    found = CSV(file=str(other), target="y").load_as(trained.preparation())
    assert found.classes == ["no", "yes"]
    assert set(found.train.y) == {1}
    again = CSV(file=str(tmp_path / "t.csv"), target="y").load_as(trained.preparation())
    assert again.checksums() == trained.checksums()
    numbers = Diabetes().load()
    assert Diabetes(scale_target=False).load_as(numbers.preparation()).checksums() == numbers.checksums()
    with pytest.raises(DataError, match="trained on none"):
        Diabetes().load_as({"shape": [10], "classes": [], "mean": None, "std": None})
