"""Batch normalization, convolutions and recurrent layers: twins, stacks, gradients and states agree as the MLP's do."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from tests.kit.networks import CLASSES, MODELS, config_of, data, train
from tests.kit.twins import NUMPY, TENSOR, TORCH, Twin, follow, placed

from twinprop.config.problems import check
from twinprop.config.schema import Config
from twinprop.data.base import Dataset
from twinprop.data.digits import Digits
from twinprop.data.samples import Samples
from twinprop.errors import ConfigError
from twinprop.learners.footprint import EVALUATED, footprint
from twinprop.models.base import ModelConfig
from twinprop.models.cnn import CNN
from twinprop.models.mlp import MLP
from twinprop.models.rnn import RNN
from twinprop.run.setup import Setup
from twinprop.scratch.optimizers import SGD, Adam, RMSprop
from twinprop.scratch.schedulers import OneCycleLR
from twinprop.task import CLASSIFICATION
from twinprop.training.evaluation import evaluate
from twinprop.training.plan import Plan, TrainConfig

models = pytest.mark.parametrize("name", MODELS)
kinds = pytest.mark.parametrize("kind", [NUMPY, TENSOR, TORCH], ids=["numpy", "torch tensors", "pytorch"])


OPTIMIZERS = [SGD(lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01), Adam(lr=0.004), RMSprop(lr=0.002)]


@models
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=["sgd", "adam", "rmsprop"])
def test_the_twins_train_alike(name: str, optimizer: Any) -> None:
    config = config_of(name, optimizer=optimizer, train={"max_grad_norm": 1.0, "steps": 200}, scheduler=OneCycleLR())
    hand, by_hand = train(NUMPY, name, [config], 200)
    pytorch, by_torch = train(TORCH, name, [config], 200)
    np.testing.assert_allclose(by_hand.array("losses"), by_torch.array("losses"), rtol=1e-9)
    np.testing.assert_allclose(by_hand.array("evaluations"), by_torch.array("evaluations"), rtol=1e-8)
    mine, theirs = hand.state_dict_of(hand.state(0)), pytorch.state_dict_of(pytorch.state(0))
    assert list(mine) == list(theirs)
    for key, value in theirs.items():
        assert mine[key].shape == value.shape
        np.testing.assert_allclose(mine[key], value, rtol=1e-7, atol=1e-8, err_msg=key)


@models
def test_tensors_give_what_numpy_gives(name: str) -> None:
    config = config_of(name)
    np.testing.assert_allclose(
        train(NUMPY, name, [config])[1].array("losses"), train(TENSOR, name, [config])[1].array("losses"), rtol=1e-10
    )


@models
@kinds
@pytest.mark.parametrize("shared", [True, False], ids=["one batch", "own batches"])
def test_a_member_of_a_stack_is_as_alone(name: str, kind: Twin, shared: bool) -> None:
    configs = [
        config_of(name, seed=3 if shared else seed, optimizer=SGD(lr=0.02 * (seed + 1), momentum=0.5))
        for seed in range(3)
    ]
    stack, together = train(kind, name, configs, 30)
    for member, config in enumerate(configs):
        lone, alone = train(kind, name, [config], 30)
        np.testing.assert_allclose(together.array("losses")[:, member], alone.array("losses")[:, 0], rtol=1e-11)
        np.testing.assert_allclose(
            together.array("evaluations")[..., member], alone.array("evaluations")[..., 0], rtol=1e-10
        )
        mine, theirs = stack.state_dict_of(stack.state(member)), lone.state_dict_of(lone.state(0))
        assert list(mine) == list(theirs)
        for key, value in theirs.items():
            np.testing.assert_allclose(mine[key], value, rtol=1e-10, atol=1e-12, err_msg=key)


@models
@kinds
def test_a_state_is_all_that_the_next_update_depends_on(name: str, kind: Twin) -> None:
    """A member leaves its stack for a learner of its own, and two learners become a stack."""
    shape = MODELS[name][1]
    configs = [config_of(name, seed=seed, optimizer=Adam(lr=0.004)) for seed in (1, 2)]
    plan = Plan.of(configs[0].train, 24)
    stack, _ = train(kind, name, configs, 20)
    whole, _ = train(kind, name, configs, 40)
    again = kind.make(configs, shape, CLASSES, plan)
    again.load_state([stack.state(0), stack.state(1)])
    follow(again, kind, configs, *data(shape), 40, data(shape, 11, 1))
    lone = kind.make([configs[1]], shape, CLASSES, plan)
    lone.load_state([stack.state(1)])
    follow(lone, kind, [configs[1]], *data(shape), 40, data(shape, 11, 1))
    for mine in (again.state_dict_of(again.state(1)), lone.state_dict_of(lone.state(0))):
        for key, value in whole.state_dict_of(whole.state(1)).items():
            # a bias before batch norm has a gradient of rounding errors alone, by which Adam divides
            np.testing.assert_allclose(mine[key], value, rtol=1e-8, atol=1e-8, err_msg=key)


@models
def test_gradients_against_autograd_and_finite_differences(name: str) -> None:
    from twinprop.commands.gradcheck.network import check_on, frozen

    shape = MODELS[name][1]
    config = config_of(name, model={key: 0.0 for key in ("dropout", "noise") if hasattr(MODELS[name][0], key)})
    x, y = data(shape, 6)
    dataset = Dataset(*[Samples(y, x)] * 3, shape, list("abcd"), None, None)
    result = check_on(frozen(config), dataset, x, y)
    assert result.rows
    for row in result.rows:
        assert row.passed, row


def test_running_averages_are_pytorchs_and_used_in_evaluation() -> None:
    hand, _ = train(NUMPY, "cnn", [config_of("cnn")], 9)
    state = hand.state_dict_of(hand.state(0))
    assert state["batch_norm1.num_batches_tracked"] == 9
    assert not np.allclose(state["batch_norm1.running_mean"], 0)
    x, _ = data(MODELS["cnn"][1], 5, 2)
    together = hand.predict(x)
    alone = np.concatenate([hand.predict(x[place : place + 1]) for place in range(5)])
    np.testing.assert_allclose(together, alone, rtol=1e-12)
    np.testing.assert_array_equal(
        hand.state_dict_of(hand.state(0))["batch_norm1.running_mean"], state["batch_norm1.running_mean"]
    )


def test_the_network_of_cs324() -> None:
    layers = CNN().layers((3, 32, 32), 10)
    assert [layer.arguments["out_channels"] for layer in layers if layer.kind == "conv2d"] == [
        *(64, 128, 256, 256, 512, 512, 512, 512),
    ]
    assert layers[-1].arguments == {"in_features": 512, "out_features": 10}
    need = footprint(layers, (3, 32, 32))
    module = torch.nn.Sequential()
    from twinprop.learners.build import torch_network

    module = torch_network(layers, CNN(), 0, "cpu")
    assert need.parameters == sum(value.numel() for value in module.parameters())


def test_a_large_network_is_evaluated_in_batches_that_memory_can_hold() -> None:
    """All that the hand-written twin keeps of an evaluation, counted in what its layers hold afterwards."""
    model, shape = CNN(stages=[[24], [32]], kernel_size=9, backend="scratch"), (3, 64, 64)
    config = check(Config(data=Digits(), model=model, optimizer=SGD(lr=0.1)))
    dataset = Dataset(*[Samples(np.zeros(0, np.int64), np.zeros((0, *shape)))] * 3, shape, ["a", "b"], None, None)
    setup = Setup.__new__(Setup)
    setup.device, setup.dataset = "cpu", dataset
    learner = setup.learner([config], Plan(1, 1, 1))
    size = learner.evaluation_batch
    assert size is not None
    assert 20 < size < 500
    x = np.zeros((2, *shape), np.float32)
    learner.evaluate(x, np.zeros(2, np.int64))
    arrays = {
        id(value): value.size
        for layer in learner.network.layers  # type: ignore[attr-defined]
        for value in vars(layer).values()
        if isinstance(value, np.ndarray)
    }
    assert sum(arrays.values()) / 2 * size < 2 * EVALUATED
    assert footprint(MLP().layers((784,), 10), (784,)).evaluated_at_once(2000) == 2000


def test_chunks_have_the_size_that_the_learner_wants() -> None:
    class Fake:
        evaluation_batch, task, class_weights = 3, CLASSIFICATION, None
        sizes: ClassVar[list[int]] = []

        def evaluate(self, x: Any, y: Any) -> Any:
            self.sizes.append(len(y))
            return [0.0], np.zeros((len(y), 2))

        def mass(self, y: Any) -> int:
            return len(y)

        def fetch(self, values: Any) -> Any:
            return np.array(values)

    config = check(Config(data=Digits(), model=MLP(backend="scratch"), optimizer=SGD(lr=0.1)))
    evaluate(Fake(), placed(Samples(np.zeros(8, np.int64), np.zeros((8, 2))), config), 1)  # type: ignore[arg-type]
    assert Fake.sizes == [3, 3, 2]


MISTAKES: list[tuple[ModelConfig, tuple[int, ...], str]] = [
    (CNN(), (2,), "model=cnn: needs images"),
    (CNN(), (9, 1), "model=cnn: needs images"),
    (CNN(pool_size=2), (4, 4), "after 3 stages nothing is left"),
    (RNN(), (3, 8, 8), "model=rnn: needs sequences"),
]


@pytest.mark.parametrize(("model", "shape", "message"), MISTAKES)
def test_data_that_does_not_fit_the_model(model: ModelConfig, shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        model.layers(shape, 3)


PROBLEMS = {
    "kernel_size": CNN(kernel_size=4),
    "stages": CNN(stages=[[3], []]),
    "batch_norm": RNN(batch_norm=True),
}


@pytest.mark.parametrize("key", PROBLEMS)
def test_keys_that_contradict_each_other(key: str) -> None:
    with pytest.raises(ConfigError, match=rf"model\.{key}"):
        check(Config(data=Digits(), model=PROBLEMS[key]))


def test_a_last_batch_of_one_has_no_variance() -> None:
    config = Config(data=Digits(), model=MLP(batch_norm=True), train=TrainConfig(batch_size=3))
    with pytest.raises(ConfigError, match=r"train\.batch_size=3: leaves, of 1294 training samples, a batch of one"):
        check(config)
    config.train.drop_last = True
    check(config)
    for batch, digits in ((1, Digits()), ("full", Digits(limit=1, val_fraction=0.0))):
        for drop_last in (False, True):
            train = TrainConfig(batch_size=batch, drop_last=drop_last)
            with pytest.raises(ConfigError, match=f"train.batch_size={batch}: is a batch of one.*another batch size.$"):
                check(Config(data=digits, model=MLP(batch_norm=True), train=train))
