"""Every option of every optimizer and schedule, one by one and sampled, at rates where small networks learn."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from tests.kit.twins import configuration

from twinprop.config import registry
from twinprop.config.schema import Config
from twinprop.scratch.losses import CrossEntropyLoss, HuberLoss, L1Loss, MSELoss
from twinprop.scratch.optimizers import SGD, Adagrad, Adam, AdamW, RMSprop
from twinprop.scratch.schedulers import (
    Constant,
    CosineAnnealingLR,
    ExponentialLR,
    MultiStepLR,
    OneCycleLR,
    ReduceLROnPlateau,
    StepLR,
    WarmupCosine,
)

STEPS = 200

OPTIMIZERS: list[Any] = [
    SGD(lr=0.1),
    SGD(lr=0.02, momentum=0.9),
    SGD(lr=0.02, momentum=0.8, nesterov=True),
    SGD(lr=0.02, momentum=0.9, dampening=0.4),
    SGD(lr=0.02, momentum=0.9, dampening=-0.5, weight_decay=0.02),
    SGD(lr=0.05, dampening=0.4),
    SGD(lr=0.05, weight_decay=0.1),
    Adam(lr=0.003),
    Adam(lr=0.003, betas=(0.8, 0.95)),
    Adam(lr=0.003, betas=(0.0, 0.9)),
    Adam(lr=0.003, eps=1e-3),
    Adam(lr=0.003, weight_decay=0.1),
    Adam(lr=0.003, amsgrad=True, betas=(0.9, 0.8)),
    AdamW(lr=0.003),
    AdamW(lr=0.003, betas=(0.7, 0.99), weight_decay=0.3),
    AdamW(lr=0.003, weight_decay=0.0, eps=1e-4),
    AdamW(lr=0.003, amsgrad=True),
    RMSprop(lr=0.002),
    RMSprop(lr=0.002, alpha=0.9, eps=1e-4),
    RMSprop(lr=0.002, weight_decay=0.1),
    RMSprop(lr=0.0005, momentum=0.8),
    RMSprop(lr=0.001, centered=True),
    RMSprop(lr=0.0005, centered=True, momentum=0.5, weight_decay=0.01, alpha=0.995),
    Adagrad(lr=0.02),
    Adagrad(lr=0.02, lr_decay=0.1),
    Adagrad(lr=0.02, weight_decay=0.1),
    Adagrad(lr=0.02, initial_accumulator_value=0.5, eps=1e-3),
]

LOSSES: list[Any] = [
    CrossEntropyLoss(),
    CrossEntropyLoss(label_smoothing=0.1),
    CrossEntropyLoss(weight=[0.5, 1.0, 2.0, 4.0]),
    CrossEntropyLoss(weight=[3.0, 1.0, 0.1, 1.0], label_smoothing=0.3),
    MSELoss(),
    L1Loss(),
    HuberLoss(),
    HuberLoss(delta=0.2),
]
losses = st.sampled_from(LOSSES)

SCHEDULERS: list[Any] = [
    Constant(),
    Constant(interval="step"),
    StepLR(),
    StepLR(step_size=3, gamma=0.5),
    StepLR(interval="step", step_size=40),
    MultiStepLR(),
    MultiStepLR(milestones=[2, 5, 5], gamma=0.7),
    MultiStepLR(interval="step", milestones=[90, 30]),
    ExponentialLR(),
    ExponentialLR(gamma=0.8),
    ExponentialLR(interval="step", gamma=0.99),
    CosineAnnealingLR(),
    CosineAnnealingLR(T_max=7, eta_min=0.01),
    CosineAnnealingLR(interval="step", T_max=60),
    OneCycleLR(),
    OneCycleLR(interval="epoch", max_lr=0.08),
    OneCycleLR(total_steps=250, pct_start=0.45, anneal_strategy="linear"),
    OneCycleLR(div_factor=5, final_div_factor=50, three_phase=True),
    OneCycleLR(cycle_momentum=False),
    OneCycleLR(base_momentum=0.5, max_momentum=0.7, pct_start=0.0),
    ReduceLROnPlateau(patience=1),
    ReduceLROnPlateau(mode="max", factor=0.5, patience=2, cooldown=2),
    ReduceLROnPlateau(patience=0, threshold=0.1, threshold_mode="abs", min_lr=0.001),
    ReduceLROnPlateau(mode="max", patience=0, threshold=0.02, threshold_mode="abs", eps=1e-3),
    ReduceLROnPlateau(interval="step", patience=0, threshold=0.05),
    WarmupCosine(),
    WarmupCosine(start_factor=0.1, total_iters=8, T_max=9, eta_min=0.002),
    WarmupCosine(interval="step", total_iters=50),
]

rates = st.floats(0.001, 0.03)
decays = st.sampled_from([0.0, 0.001, 0.1])
flags = st.booleans()


@st.composite
def sgds(draw: Any) -> SGD:
    momentum = draw(st.sampled_from([0.0, 0.3, 0.9]))
    nesterov = momentum > 0 and draw(flags)
    dampening = 0.0 if nesterov else draw(st.sampled_from([0.0, 0.3, 0.9]))
    return SGD(lr=draw(rates), momentum=momentum, dampening=dampening, weight_decay=draw(decays), nesterov=nesterov)


def adams(kind: Any) -> Any:
    return st.builds(
        kind,
        lr=st.floats(1e-4, 3e-3),
        betas=st.tuples(st.sampled_from([0.0, 0.5, 0.9, 0.95]), st.sampled_from([0.95, 0.99, 0.999])),
        eps=st.sampled_from([1e-8, 1e-6, 1e-3]),
        weight_decay=decays,
        amsgrad=flags,
    )


@st.composite
def rmsprops(draw: Any) -> RMSprop:
    centered = draw(flags)
    return RMSprop(
        lr=draw(st.floats(1e-4, 5e-4)),
        alpha=draw(st.sampled_from([0.99, 0.995] if centered else [0.8, 0.99])),
        eps=draw(st.sampled_from([1e-8, 1e-5, 1e-2])),
        weight_decay=draw(decays),
        momentum=draw(st.sampled_from([0.0, 0.5, 0.9])),
        centered=centered,
    )


adagrads = st.builds(
    Adagrad,
    lr=st.floats(1e-3, 2e-2),
    lr_decay=st.sampled_from([0.0, 0.01, 1.0]),
    weight_decay=decays,
    initial_accumulator_value=st.sampled_from([0.0, 0.1, 1.0]),
    eps=st.sampled_from([1e-10, 1e-6]),
)
optimizers = st.one_of(sgds(), adams(Adam), adams(AdamW), rmsprops(), adagrads)
intervals = st.sampled_from(["epoch", "step"])


@st.composite
def one_cycles(draw: Any, cycle: bool) -> OneCycleLR:
    base = draw(st.sampled_from([0.5, 0.85]))
    return OneCycleLR(
        interval=draw(intervals),
        total_steps=draw(st.sampled_from([None, 317])),
        pct_start=draw(st.sampled_from([0.0, 0.3, 0.47])),
        anneal_strategy=draw(st.sampled_from(["cos", "linear"])),
        cycle_momentum=cycle and draw(flags),
        base_momentum=base,
        max_momentum=draw(st.sampled_from([base, 0.95])),
        div_factor=draw(st.sampled_from([2.0, 25.0])),
        final_div_factor=draw(st.sampled_from([10.0, 1e4])),
        three_phase=draw(flags),
    )


def schedules(cycle: bool) -> Any:
    gamma = st.sampled_from([0.3, 0.9, 0.99])
    return st.one_of(
        st.builds(Constant, interval=intervals),
        st.builds(StepLR, interval=intervals, step_size=st.integers(1, 30), gamma=gamma),
        st.builds(MultiStepLR, interval=intervals, milestones=st.lists(st.integers(1, 90), max_size=4), gamma=gamma),
        st.builds(ExponentialLR, interval=intervals, gamma=st.sampled_from([0.9, 0.999])),
        st.builds(
            CosineAnnealingLR,
            interval=intervals,
            T_max=st.sampled_from([None, 1, 9, 300]),
            eta_min=st.sampled_from([0.0, 1e-4]),
        ),
        one_cycles(cycle),
        st.builds(
            ReduceLROnPlateau,
            mode=st.sampled_from(["min", "max"]),
            factor=st.sampled_from([0.1, 0.7]),
            patience=st.integers(0, 3),
            threshold=st.sampled_from([0.0, 1e-4, 0.05]),
            threshold_mode=st.sampled_from(["rel", "abs"]),
            cooldown=st.integers(0, 2),
            min_lr=st.sampled_from([0.0, 1e-4]),
            eps=st.sampled_from([1e-8, 1e-4]),
        ),
        st.builds(
            WarmupCosine,
            interval=intervals,
            start_factor=st.sampled_from([0.01, 0.5, 1.0]),
            total_iters=st.integers(1, 12),
            T_max=st.sampled_from([None, 4, 150]),
            eta_min=st.sampled_from([0.0, 1e-4]),
        ),
    )


@st.composite
def configurations(draw: Any) -> Config:
    loss = draw(losses)
    optimizer = draw(optimizers)
    model = {
        "hidden": draw(st.lists(st.integers(1, 17), max_size=4)),
        "activation": draw(st.sampled_from(list(registry.ACTIVATIONS))),
        "negative_slope": draw(st.sampled_from([0.01, 0.4])),
        "init": draw(st.sampled_from(list(registry.INITS))),
        "init_std": draw(st.sampled_from([0.01, 0.3])),
        "dropout": draw(st.sampled_from([0.0, 0.2, 0.7])),
        "noise": draw(st.sampled_from([0.0, 0.3])),
    }
    if loss.name != "cross_entropy":
        model["output_activation"] = draw(st.sampled_from(list(registry.OUTPUT_ACTIVATIONS)))
    return configuration(
        seed=draw(st.one_of(st.integers(0, 9), st.integers(0, 2**63 - 1))),
        loss=loss,
        model=model,
        optimizer=optimizer,
        scheduler=draw(schedules(cycle=not isinstance(optimizer, Adagrad))),
        train={
            "batch_size": draw(st.one_of(st.just("full"), st.integers(4, 64))),
            "drop_last": draw(flags),
            "max_grad_norm": draw(st.sampled_from([None, 0.05, 1.0, 50.0])),
            "steps": STEPS,
        },
    )


def numbered(number: int) -> tuple[Any, Any]:
    """An optimizer and a schedule that go together; all of each are among those of many numbers."""
    optimizer, scheduler = (choices[number % len(choices)] for choices in (OPTIMIZERS, SCHEDULERS))
    return Adam() if optimizer.scheduled_momentum is None and scheduler.moves_momentum() else optimizer, scheduler
