"""Runs made up from the tables of docs/reproduction.md: the page that is written from them has its figures again.

A cell such as `0.9326 ± 0.0009` stands for three runs with 0.9317, 0.9326 and 0.9335. What no table tells, such as the
first losses of a curve, is made up so that what the page says is true. What takes a GPU is left out.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from tests.benchmarks import made_up

from twinprop.config.schema import Config
from twinprop.data.toy import Moons
from twinprop.models.mlp import MLP
from twinprop.run.model_file import write_models

BACKENDS = ("scratch", "torch")
JPEG = {"data.name": "image_folder"}
GUESS = math.log(2)

Row = dict[str, float]
Rows = Callable[[Row], Sequence[Row]]
"""The evaluations of a run with some figures."""


def sections(text: str) -> list[str]:
    """Those of the systems, in their order."""
    return [part.rstrip() for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]]


def tables(section: str) -> Iterator[list[list[str]]]:
    """The rows of each table, without its head."""
    for found in re.findall(r"(?:^\|.*\|\n)+", section + "\n", flags=re.MULTILINE):
        yield [[cell.strip() for cell in line[1:-1].split("|")] for line in found.splitlines()[2:]]


def after(words: str, text: str) -> float:
    """The number that follows some words."""
    found = re.search(re.escape(words) + r"([\d,.]*\d)", text)
    assert found is not None, words
    return float(found[1].replace(",", ""))


def values(cell: str) -> list[float]:
    """Of the runs that a cell stands for."""
    told, _, lost = cell.partition("; ")
    mean, *spread = (float(part.replace(",", "")) for part in told.split(" ± "))
    if not spread:
        return [mean]
    if lost:  # one of three, so that the cell is of two
        return [mean - spread[0] / math.sqrt(2), mean + spread[0] / math.sqrt(2)]
    return [mean - spread[0], mean, mean + spread[0]]


def one_row(found: Row) -> list[Row]:
    return [{"epoch": 1, "step": 1, "train_loss": 1.0, **found}]


@dataclass
class Maker:
    """Writes runs.

    Attributes:
        outputs: the folder of all steps.
        machine: what they were trained on.
    """

    outputs: Path
    machine: dict[str, Any]

    def make(
        self,
        step: str,
        cells: Mapping[str, str],
        config: Mapping[str, Any],
        rows: Rows = one_row,
        each: Sequence[Mapping[str, Any]] = ({}, {}, {}),
        first: int = 0,
    ) -> list[Path]:
        """Write the runs with the figures of these cells, one for each seed, and return their folders.

        Args:
            step: the folder that they are in.
            cells: by the name of the figure, such as `test_accuracy`.
            config: what the runs have in common.
            rows: their evaluations.
            each: what the summary of each has in place of what follows from its evaluations.
            first: the first seed.
        """
        folder, paths = self.outputs / step, []
        for number, found in enumerate(zip(*map(values, cells.values()), strict=True)):
            path = folder / f"{len(list(folder.glob('*')))}_made_up"
            row = dict(zip(cells, found, strict=True))
            summary = {"environment": self.machine, **each[number]}
            paths.append(made_up.make(path, {"seed": first + number, **config}, rows(row), **summary))
        return paths


def write(outputs: Path, text: str) -> None:
    """Write the runs of a page.

    Args:
        outputs: the folder of all steps.
        text: docs/reproduction.md.
    """
    found = re.search(r"Trained on: (.*), (\d+) cores, Python (.*), NumPy (.*), torch (.*)\.\n", text)
    assert found is not None
    cpu, cores, python, numpy, of_torch = found.groups()
    machine = {"gpu": None, "cpu": cpu, "cores": int(cores), "python": python, "numpy": numpy, "torch": of_torch}
    systems = (kece470, pixels, hw4, hw11, hw11_weights, hw5, toys, cifar_mlp, cifar_cnn, batch_norm, palindrome)
    systems += (beyond_mnist, beyond_cifar)
    for system, section in zip(systems, sections(text), strict=True):
        system(Maker(outputs, machine), section)


def kece470(maker: Maker, section: str) -> None:
    (table,) = tables(section)
    told = (1, 10, 20, 30)
    names = [f"{name} {epoch}" for name in ("test_accuracy", "val_accuracy") for epoch in told]

    def rows(found: Row) -> list[Row]:
        evaluations = []
        for epoch in range(1, 31):
            latest = max(one for one in told if one <= epoch)
            results = {name: found[f"{name} {latest}"] for name in ("test_accuracy", "val_accuracy")}
            evaluations.append({"epoch": epoch, "train_loss": 1 / epoch, **results})
        return evaluations

    for column, backend in enumerate(BACKENDS, start=2):
        cells = {name: row[column] for name, row in zip(names, table, strict=False)}
        converged = [None if e == "not yet" else int(e) for e in table[-1][column].split(", ")]
        config = {"model.backend": backend, "data.seed": 123}
        maker.make("kece470_mlp", cells, config, rows, [{"converged_epoch": e} for e in converged], 123)
    splits = re.search(r"after 10 epochs is ([\d., ]+);", section)
    assert splits is not None
    for seed, accuracy in enumerate(splits[1].split(", ")):
        maker.make("kece470_splits", {"val_accuracy": accuracy}, {"data.seed": seed})


def pixels(maker: Maker, section: str) -> None:
    (table,) = tables(section)
    names = ("seed", "right_accuracy", "unscaled_accuracy", "right_loss", "unscaled_loss")
    rows = [dict(zip(names, map(float, row), strict=True)) for row in table]
    rows = [{**row, "seed": int(row["seed"])} for row in rows]
    (maker.outputs / "unscaled_test.json").write_text(json.dumps({"rows": rows}))


def hw4(maker: Maker, section: str) -> None:
    *beside, rates = tables(section)

    def make(step: str, config: Mapping[str, Any], figures: Sequence[str]) -> None:
        *best, end = figures
        each = [{"test": {"accuracy": accuracy}} for accuracy in values(end)]
        maker.make(step, dict(zip(("train_loss", "val_loss", "test_accuracy"), best, strict=True)), config, each=each)

    for step, table in zip(BACKENDS, beside, strict=True):
        for column, backend in enumerate(BACKENDS, start=2):
            *figures, took = (row[column] for row in table)
            make(f"hw4_{step}", {"model.backend": backend}, figures)
            if took:
                each = [{"seconds": {"per_epoch": float(took)}}]
                maker.make(f"hw4_{step}_alone", {"train_loss": "1"}, {"model.backend": backend}, each=each)
    for rate, *figures in rates:
        make("hw4_scratch_rates", {"optimizer.lr": float(rate)}, figures)
    reached = re.search(r"the same network reaches ([\d.± ]+), and .* layer ([\d.± ]+): 0.9094", section)
    assert reached is not None
    for activation, accuracy in zip(("sigmoid", "identity"), reached.groups(), strict=True):
        maker.make("hw4_torch_weights", {"test_accuracy": accuracy}, {"model.output_activation": activation})


def hw11(maker: Maker, section: str) -> None:
    full, batches, mistakes = tables(section)
    curve = [[float(cell.replace(",", "")) for cell in row] for row in mistakes]
    losses = [{"step": int(r[0]), "train_loss": r[1], "test_loss": r[3], "test_accuracy": r[5]} for r in curve]
    wrong = [{"step": int(r[0]), "train_loss": r[2], "test_loss": r[4], "test_accuracy": r[6]} for r in curve]
    maker.outputs.mkdir(parents=True, exist_ok=True)
    (maker.outputs / "faulty_gradient.json").write_text(json.dumps({"rows": wrong}))

    def cells(table: list[list[str]], column: int) -> dict[str, str]:
        return {"test_loss": table[0][column], "test_accuracy": table[1][column]}

    def rows(found: Row) -> list[Row]:
        return [*losses, {"step": 3000, "train_loss": 0.8, **found}]

    for column, step, backend in ((2, "", "scratch"), (3, "_torch", "torch"), (4, "_normalized", "scratch")):
        maker.make(f"hw11_scratch{step}", cells(full, column), {"model.backend": backend}, rows)
    for column, (step, backend) in enumerate(((s, b) for s in ("", "_normalized") for b in BACKENDS), start=2):
        maker.make(f"hw11_torch{step}", cells(batches, column), {"model.backend": backend}, rows)
    steps = int(after("s here, by ", section))
    timed = {"seconds": {"train": float(full[2][2]) * steps / 3000}, "steps": steps}
    maker.make("hw11_scratch_alone", {"train_loss": "1"}, {}, each=[timed])
    maker.make("hw11_torch_alone", {"train_loss": "1"}, {}, each=[{"seconds": {"train": float(batches[2][3])}}])


def hw11_weights(maker: Maker, section: str) -> None:
    (table,) = tables(section)
    pixels = (False, [0.5, 0.5], True)
    for deviation, *cells in table:
        for number, value in enumerate(pixels):
            config = {"model.init_std": float(deviation), "data.normalize": value}
            loss, accuracy = cells[3 + number], cells[6 + number]
            maker.make("hw11_first_loss", {"train_loss": cells[number]}, config)
            maker.make("hw11_weights", {"test_loss": loss, "test_accuracy": accuracy}, config)


def hw5(maker: Maker, section: str) -> None:
    activation, best, rates, depth, width = tables(section)
    names = ("train_accuracy", "val_accuracy", "test_accuracy")
    for kind, name, *cells in activation:
        config = {"model.activation": kind, "model.backend": {"by hand": "scratch", "PyTorch": "torch"}[name]}
        maker.make("hw5_activation", dict(zip((*names, "test_loss"), cells, strict=True)), config)
    for key, table in (("depth", depth), ("width", width)):
        for value, *cells in table:
            config = {f"model.{key}": int(value)}
            maker.make(f"hw5_{key}", dict(zip(names, cells, strict=False)), {**config, "model.backend": "scratch"})
            maker.make(f"hw5_{key}", {"test_accuracy": cells[-1]}, {**config, "model.backend": "torch"})
    step = "hw5_activation_learning_rate"
    chosen = {kind: float(rate) for kind, rate, *_ in best}
    for kind, rate, *cells in best:
        config = {"model.activation": kind, "optimizer.lr": float(rate)}
        maker.make(step, dict(zip(names, cells, strict=False)), {**config, "model.backend": "scratch"})
        if kind != "relu":
            maker.make(step, {"test_accuracy": cells[-1]}, {**config, "model.backend": "torch"})

    def rows(found: Row) -> list[Row]:
        return [{name: 1 - value for name, value in found.items()} | {"val_accuracy": 0.1}]

    for rate, *cells in rates:
        for column, backend in enumerate(BACKENDS):
            if backend == "torch" or float(rate) != chosen["relu"]:
                config = {"model.activation": "relu", "optimizer.lr": float(rate), "model.backend": backend}
                found = {"train_accuracy": cells[column], "test_accuracy": cells[2 + column]}
                maker.make(step, found, config, rows)
    for folder, name, status, reason in re.findall(r"^\* `(.*)/(.*)`: (\w+): (.*)$", section, flags=re.MULTILINE):
        kind, rate, seed, backend = re.findall(r"=([^,]+)", name)
        config = {"model.activation": kind, "optimizer.lr": float(rate), "seed": int(seed), "model.backend": backend}
        rows_of_it = [{"epoch": 1}]
        made_up.make(maker.outputs / folder / name, config, rows_of_it, status, reason, environment=maker.machine)


def toys(maker: Maker, section: str) -> None:
    (table,) = tables(section)
    looked = re.search(r"of the (\d+), .* look in (?:(\d+) to )?(\d+) directions", section)
    assert looked is not None
    units, fewest, most = (int(number or looked[3]) for number in looked.groups())
    still = after("for about ", section)
    for number, (data, length, *cells, difference) in enumerate(table):
        step = f"cs324_{data}{'_batch_32' if length.startswith('32') else ''}"

        def rows(found: Row, epochs: float = after(", ", length)) -> list[Row]:
            fallen = [{"epoch": at, "train_loss": found["train_loss"]} for at in (still, epochs) if at <= epochs]
            begun = [{"epoch": 10, "train_loss": GUESS}, *fallen, {"epoch": epochs, **found}]
            return [{**row, "step": row["epoch"], "test_loss": row["train_loss"]} for row in begun]

        for column, backend in enumerate(BACKENDS):
            config = {"model.backend": backend, "model.dtype": "float32"}
            apart = {"test_accuracy": cells[column], "train_loss": cells[2 + column]}

            def twin(found: Row, rows: Rows = rows, apart: float = column * float(difference)) -> list[Row]:
                return rows({**found, "train_loss": found["train_loss"] / (1 + apart)})

            paths = maker.make(step, apart, config, twin)
            for path, directions in zip(paths, (fewest, most, most), strict=True) if number == 0 else ():
                angles = torch.arange(units) % directions
                weight = torch.stack([angles.cos(), angles.sin()], dim=1)
                save_model(path, weight)
    maker.make("cs324_moons_line", {"test_accuracy": f"{after('between the classes, it gets ', section)}"}, {})


def save_model(path: Path, weight: torch.Tensor) -> None:
    """The model of a network with one hidden layer on points, which has this weight (units, 2)."""
    units = len(weight)
    state = {
        "linear1.weight": weight,
        "linear1.bias": torch.zeros(units),
        "output.weight": torch.zeros(2, units),
        "output.bias": torch.zeros(2),
    }
    config = Config(data=Moons(), model=MLP(depth=1, width=units))
    about = {"shape": [2], "classes": ["0", "1"], "mean": None, "std": None}
    arrays = {name: value.numpy() for name, value in state.items()}
    epochs = {"kept": "last", "best": None, "last": {"epoch": 1, "step": 1}}
    write_models(path, {"last": arrays}, epochs, asdict(config), about)


def cifar_mlp(maker: Maker, section: str) -> None:
    (table,) = tables(section)

    def rows(found: Row) -> list[Row]:
        return [{"epoch": 1, "train_accuracy": found["train_accuracy"]}, found]

    for column, backend in enumerate(BACKENDS, start=2):
        cells = dict(
            zip(("test_accuracy", "train_accuracy", "test_loss"), [row[column] for row in table], strict=False)
        )
        epochs = int(values(table[-1][column])[0])
        maker.make("cs324_cifar_mlp", cells, {"model.backend": backend, **JPEG}, rows, [{"epochs": epochs}] * 3)


def cifar_cnn(maker: Maker, section: str) -> None:
    _, first = tables(section)
    names = ("epoch", "train_loss", "test_accuracy")
    rows = [dict(zip(names, map(float, row), strict=True), seconds=505 / len(first)) for row in first]
    made_up.make(maker.outputs / "cnn_cpu" / "0", JPEG, rows, environment=maker.machine)


def batch_norm(maker: Maker, section: str) -> None:
    (table,) = tables(section)
    rows = []
    for column, printed in ((1, False), (2, True)):
        moved = ["output.bias"] if printed else []
        rows += [{"printed": printed, "step": int(r[0]), "loss": float(r[column]), "moved": moved} for r in table]
    rows = [{**row, "of": int(after("Of ", section))} for row in rows]
    (maker.outputs / "zero_batch_norm.json").write_text(json.dumps({"rows": rows}))


def palindrome(maker: Maker, section: str) -> None:
    (table,) = tables(section)
    for length, _, *cells in table:
        for column, backend in enumerate(BACKENDS):
            found = dict(zip(("train_accuracy", "test_accuracy"), cells[2 * column :], strict=False))
            config = {"model.backend": backend, "data.length": int(length)}
            maker.make(f"palindrome_{backend}", found, config)


def beyond_mnist(maker: Maker, section: str) -> None:
    results(maker, section, {"mnist_best_mlp": {}, "mnist_best_mlp_shift": {}})


def beyond_cifar(maker: Maker, section: str) -> None:
    results(maker, section, {"cifar_cnn_fast": JPEG})


def results(maker: Maker, section: str, steps: Mapping[str, Mapping[str, Any]]) -> None:
    (table,) = tables(section)
    for (step, config), (_, _, _, accuracy, epochs, took) in zip(steps.items(), table, strict=True):
        each = [{"epochs": int(epochs), "seconds": {"train": value}} for value in values(took)]
        maker.make(step, {"test_accuracy": accuracy}, config, each=each)
