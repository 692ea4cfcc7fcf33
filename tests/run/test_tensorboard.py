"""What TensorBoard reads from runs, asked of its own backend."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard import context
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups

from twinprop.config.schema import GROUPS, Config, choice_class
from twinprop.data.samples import Samples
from twinprop.run import plugin_values
from twinprop.run.single import execute
from twinprop.run.tensorboard import HISTOGRAMS, WORDS, TensorBoard, comparable
from twinprop.task import CLASSIFICATION, Predicted
from twinprop.training.monitor import Monitor, Row
from twinprop.training.plan import TrainConfig

EVERYTHING = {"scalars": 0, "images": 0, "histograms": 0, "tensors": 0}


def make(data: str = "digits", optimizer: str = "sgd", **keys: Any) -> Config:
    """A configuration of two epochs; `keys` are of train, or of data where they begin with `data_`."""
    config = Config(
        data=choice_class("data", data)(),
        model=choice_class("model", "mlp")(width=8),
        optimizer=choice_class("optimizer", optimizer)(lr=0.01),
    )
    config.train.epochs = 2
    for key, value in keys.items():
        part, name = (config.data, key[5:]) if key.startswith("data_") else (config.train, key)
        setattr(part, name, value)
    return config


def read(path: Path) -> EventAccumulator:
    events = EventAccumulator(str(path), size_guidance=EVERYTHING)
    events.Reload()
    return events


def table(logdir: Path, **filters: list[Any]) -> tuple[list[Any], dict[str, Any]]:
    """Keys, and rows by the name of the run, as the table of HPARAMS gets them when the page opens."""
    multiplexer = EventMultiplexer()
    multiplexer.AddRunsFromDirectory(str(logdir))
    multiplexer.Reload()
    provider = MultiplexerDataProvider(multiplexer, str(logdir))
    backend = backend_context.Context(base_plugin.TBContext(data_provider=provider))
    request_context = context.RequestContext()
    found = backend.hparams_metadata(request_context, "")
    experiment = backend.experiment_from_metadata(request_context, "", True, found, [])
    columns = []
    for info in experiment.hparam_infos:
        column = api_pb2.ColParams(hparam=info.name, include_in_result=True)
        if len(info.domain_discrete):
            # the page sends every box that is ticked, and all are at first
            column.filter_discrete.extend(list(info.domain_discrete))
        if info.name in filters:
            low, high = filters[info.name]
            column.filter_interval.min_value, column.filter_interval.max_value = low, high
        columns.append(column)
    columns += [api_pb2.ColParams(metric=info.name, include_in_result=True) for info in experiment.metric_infos]
    request = api_pb2.ListSessionGroupsRequest(
        slice_size=100,
        col_params=columns,
        allowed_statuses=[
            api_pb2.STATUS_UNKNOWN, api_pb2.STATUS_SUCCESS, api_pb2.STATUS_FAILURE, api_pb2.STATUS_RUNNING
        ],
    )  # fmt: skip
    groups = list_session_groups.Handler(request_context, backend, "", request).run().session_groups
    rows = {}
    for group in groups:
        (session,) = group.sessions
        values = {metric.name.tag: metric.value for metric in session.metric_values}
        rows[session.name] = (dict(group.hparams), values, session)
    return list(experiment.hparam_infos), rows


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("one") / "run"
    execute(make(), path)
    return path


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sweep")
    execute(make(), path / "0_sgd")
    execute(make(optimizer="adam"), path / "1_adam")
    execute(make(max_grad_norm=0.5, batch_size="full"), path / "2_clipped")
    execute(make(data_val_fraction=0.0), path / "3_no_validation")
    return path


def test_everything_promised_is_there(run: Path) -> None:
    tags = read(run).Tags()
    assert set(tags["scalars"]) >= {
        "loss/train", "loss/val", "loss/test", "accuracy/train", "accuracy/val", "accuracy/test",
        "train/lr", "train/grad_norm", "train/samples_per_second", "train/seconds_per_epoch",
        "system/cpu_percent", "system/memory_MB", "best/val_accuracy", "best/val_loss", "best/test_accuracy",
    }  # fmt: skip
    assert set(tags["images"]) == {"confusion", "samples", "mistakes", "as_it_learns/first_layer"}
    parameters = [f"{layer}.{kind}" for layer in ("linear1", "linear2", "output") for kind in ("weight", "bias")]
    assert set(tags["histograms"]) == {f"{kind}/{name}" for kind in ("weights", "gradients") for name in parameters}
    assert {"configuration/text_summary", "custom_scalars__config__"} <= set(tags["tensors"])


def test_all_is_in_one_file_of_the_runs_own_directory(run: Path) -> None:
    assert len(list(run.glob("events.out.tfevents.*"))) == 1
    assert list(run.glob("*/**/events.out.tfevents.*")) == []
    assert [path for path in run.iterdir() if path.is_dir() and path.name not in {".hydra", "checkpoints"}] == []


def test_scalars_are_those_of_the_summary(run: Path) -> None:
    summary = json.loads((run / "summary.json").read_text())
    events = read(run)
    assert [event.step for event in events.Scalars("loss/val")] == [1, 2]
    for split in ("train", "val", "test"):
        for name in ("loss", "accuracy"):
            assert events.Scalars(f"{name}/{split}")[-1].value == pytest.approx(summary[split][name], rel=1e-6)
    assert events.Scalars("best/test_accuracy")[0].value == pytest.approx(summary["best"]["test"]["accuracy"])
    assert 0 < events.Scalars("system/cpu_percent")[-1].value < 100 * 1024
    assert 10 < events.Scalars("system/memory_MB")[-1].value < 1e6


def test_histograms_count_every_weight(run: Path) -> None:
    for event in read(run).Histograms("weights/linear1.weight"):
        value = event.histogram_value
        assert value.num == sum(value.bucket) == 64 * 8
        assert value.bucket_limit[-1] == value.max > value.min


def test_train_val_and_test_share_a_chart(run: Path) -> None:
    content = read(run).Tensors("custom_scalars__config__")[0].tensor_proto.string_val[0]
    for name in ("loss", "accuracy"):
        for split in ("train", "val", "test"):
            assert f"{name}/{split}".encode() in content


def test_a_session_starts_and_ends_with_metrics(run: Path) -> None:
    infos, rows = table(run.parent)
    keys, metrics, session = rows["run"]
    assert session.status == api_pb2.STATUS_SUCCESS
    assert session.end_time_secs >= session.start_time_secs > 0
    assert {"accuracy/test", "accuracy/val", "loss/test", "loss/val", "best/val_accuracy"} <= set(metrics)
    assert keys["optimizer.lr"].number_value == 0.01
    assert keys["model.activation"].string_value == "relu"
    assert keys["optimizer.nesterov"].bool_value is False
    assert {info.name for info in infos} == set(comparable(make()))


def test_runs_of_different_optimizers_are_compared(sweep: Path) -> None:
    infos, rows = table(sweep)
    assert set(rows) == {"0_sgd", "1_adam", "2_clipped", "3_no_validation"}
    names = {info.name for info in infos}
    assert {"optimizer.momentum", "optimizer.betas", "train.max_grad_norm"} <= names
    assert rows["0_sgd"][0]["optimizer.momentum"].number_value == 0
    assert rows["1_adam"][0]["optimizer.betas"].string_value == "[0.9, 0.999]"
    assert all("accuracy/test" in metrics for _, metrics, _ in rows.values())


def test_what_varies_comes_first(sweep: Path) -> None:
    infos, _ = table(sweep)
    varied = ["data.val_fraction", "optimizer.name", "train.batch_size"]
    assert [info.name for info in infos[:3]] == varied
    assert [info.differs for info in infos[:4]] == [True, True, True, False]


def test_numbers_are_filtered_by_range_and_words_by_choice(sweep: Path) -> None:
    infos, _ = table(sweep)
    kinds = {info.name: info.WhichOneof("domain") for info in infos}
    assert kinds["optimizer.lr"] == kinds["train.batch_size"] == kinds["train.max_grad_norm"] == "domain_interval"
    assert kinds["optimizer.name"] == kinds["optimizer.nesterov"] == "domain_discrete"
    _, rows = table(sweep, **{"train.batch_size": [16, 64]})
    assert set(rows) == {"0_sgd", "1_adam", "3_no_validation"}


def test_a_key_is_of_one_type_in_all_choices() -> None:
    """TensorBoard's table drops runs of a key that is a number here and a word there."""
    kinds: dict[str, set[str]] = {}
    for group, names in GROUPS.items():
        for name in names:
            for item in fields(choice_class(group, name)):
                for kind in str(item.type).replace("float", "number").replace("int", "number").split(" | "):
                    kinds.setdefault(f"{group}.{item.name}", set()).add(kind.strip("'"))
    mixed = {key: kind - {"None"} for key, kind in kinds.items() if len(kind - {"None"}) > 1}
    assert set(mixed) <= {"data.resident", *WORDS}
    assert comparable(make(data_normalize=True))["data.normalize"] == "true"
    assert comparable(make(data_normalize=[0.5, 0.25]))["data.normalize"] == "[0.5,0.25]"
    assert "data.resident" not in comparable(make("image_folder"))


def test_a_full_batch_is_its_size() -> None:
    assert comparable(make(batch_size="full"))["train.batch_size"] == 1294
    assert "train.batch_size" not in comparable(make("image_folder", batch_size="full"))


def test_a_run_without_validation_has_no_validation_curves(sweep: Path) -> None:
    tags = read(sweep / "3_no_validation").Tags()["scalars"]
    assert [tag for tag in tags if "val" in tag or tag.startswith("best")] == []
    assert "loss/test" in tags


def test_points_are_drawn_for_data_in_the_plane(tmp_path: Path) -> None:
    execute(make("moons"), tmp_path / "run")
    assert set(read(tmp_path / "run").Tags()["images"]) == {"confusion", "points", "as_it_learns/regions"}


class Learner:
    """Parameters that a network may come to have."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        self.parameters = parameters

    def state(self, member: int) -> dict[str, Any]:
        return {"parameters": self.parameters}

    def state_dict_of(self, state: Any) -> dict[str, Any]:
        return dict(state["parameters"])

    def gradients(self, member: int) -> dict[str, Any]:
        return self.parameters


def row(epoch: int, value: float = 0.5) -> Row:
    return Row(epoch, epoch, value, dict.fromkeys(CLASSIFICATION.results(), value), value, value, value)


def board_of(path: Path, learner: Learner, evaluations: int = 1, value: float = 0.5) -> TensorBoard:
    board = TensorBoard(path, make(), evaluations)
    for epoch in range(1, evaluations + 1):
        board.evaluated(row(epoch, value), learner, 0)  # type: ignore[arg-type]
    return board


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_break_nothing(tmp_path: Path, bad: float) -> None:
    board = board_of(tmp_path, Learner({"bad": np.array([1.0, bad]), "good": np.arange(3.0)}), value=float("nan"))
    board.finished(Monitor(0, TrainConfig(), rows=[row(1)], status="diverged"), None)
    tags = read(tmp_path).Tags()
    assert sorted(tags["histograms"]) == ["gradients/good", "weights/good"]
    assert not any(tag.startswith(("loss", "accuracy")) for tag in tags["scalars"])
    assert table(tmp_path)[1]["."][2].status == api_pb2.STATUS_FAILURE


@pytest.mark.parametrize(
    "values",
    [
        np.zeros(5),
        np.full(5, 1e17),
        np.array([1, 1, 1 + 2.3e-16]),
        np.array([7.0]),
        np.array([-1.7e308, 1.7e308]),
        np.array([1e-38, 2e-38, 0], np.float32),
        np.array([1e-45, 0], np.float32),
        np.array([5e-324, 0]),
        np.array([-3e38, 3e38], np.float32),
    ],
    ids=[
        "zeros",
        "large",
        "neighbours",
        "single",
        "extreme",
        "tiny",
        "least float32",
        "least float64",
        "widest float32",
    ],
)
def test_weights_that_bins_cannot_tell_apart(tmp_path: Path, values: Any) -> None:
    board_of(tmp_path, Learner({"flat": values})).file.flush()
    tags = read(tmp_path).Tags()["histograms"]
    if values.max() < 1e300:
        (event,) = read(tmp_path).Histograms("weights/flat")
        assert sum(event.histogram_value.bucket) == len(values)
    else:
        assert tags == []


def test_long_runs_have_few_histograms(tmp_path: Path) -> None:
    board_of(tmp_path, Learner({"w": np.arange(3.0)}), evaluations=110).file.flush()
    events = read(tmp_path)
    assert HISTOGRAMS / 2 < len(events.Histograms("weights/w")) <= HISTOGRAMS
    assert len(events.Scalars("loss/test")) == 110


def test_ending_twice_writes_no_second_file(tmp_path: Path) -> None:
    board = board_of(tmp_path, Learner({}))
    monitor = Monitor(0, TrainConfig(), rows=[row(1)], status="completed")
    board.finished(monitor, None)
    board.finished(monitor, None)
    assert len(list(tmp_path.glob("events*"))) == 1


def test_an_interrupted_run_leaves_its_end_to_whoever_resumes_it(tmp_path: Path) -> None:
    monitor = Monitor(0, TrainConfig(), rows=[row(1)], status="interrupted")
    board_of(tmp_path / "run", Learner({})).finished(monitor, None)
    monitor.status = "completed"
    resumed = TensorBoard(tmp_path / "run", make(), 1)
    resumed.finished(monitor, None)
    assert table(tmp_path)[1]["run"][2].status == api_pb2.STATUS_SUCCESS


def test_sequences_are_not_drawn_as_images(tmp_path: Path) -> None:
    board = TensorBoard(tmp_path, make(), 1)
    test = Samples(np.array([0, 1]), np.zeros((2, 20, 1), np.float32))
    board.pictures(test, Predicted(np.array([1, 1])), (20, 1), ["no", "yes"], 1)
    board.file.flush()
    assert read(tmp_path).Tags()["images"] == ["confusion"]


def test_what_plugins_read_is_what_their_own_functions_make() -> None:
    from tensorboard.plugins.custom_scalar import layout_pb2
    from tensorboard.plugins.hparams import metadata, plugin_data_pb2, summary_v2
    from tensorboard.plugins.text.summary_v2 import text_pb
    from tensorboard.util.tensor_util import make_tensor_proto

    (theirs,) = text_pb("a/text_summary", "ä *b*").value
    assert plugin_values.text("a/text_summary", "ä *b*") == theirs
    chart = layout_pb2.Chart(title="loss", multiline=layout_pb2.MultilineChartContent(tag=["loss/train", "loss/val"]))
    layout = layout_pb2.Layout(category=[layout_pb2.Category(title="curves", chart=[chart])])
    ours = plugin_values.diagrams({"loss": ["loss/train", "loss/val"]})
    assert ours.tensor == make_tensor_proto(layout.SerializeToString())
    keys = {"a": 1, "b": 0.5, "c": True, "d": "x"}
    ours = plugin_values.session_start(keys)
    content = plugin_data_pb2.HParamsPluginData.FromString(ours.metadata.plugin_data.content)
    start = content.session_start_info.start_time_secs
    (theirs,) = summary_v2.hparams_pb(keys, trial_id="", start_time_secs=start).value
    # a map has no order in bytes
    assert content == plugin_data_pb2.HParamsPluginData.FromString(theirs.metadata.plugin_data.content)
    theirs.metadata.plugin_data.content = ours.metadata.plugin_data.content
    assert ours == theirs
    assert plugin_values.NOTHING == metadata.NULL_TENSOR
    ours = plugin_values.session_end(True)
    content = plugin_data_pb2.HParamsPluginData.FromString(ours.metadata.plugin_data.content)
    assert ours.metadata == metadata.create_summary_metadata(content)
    assert (plugin_values.START, plugin_values.END) == (metadata.SESSION_START_INFO_TAG, metadata.SESSION_END_INFO_TAG)
