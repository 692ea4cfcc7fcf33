"""Command lines by Hydra's override grammar, right and wrong ones, with our keys and with others."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from twinprop.app.hydra_keys import RULES
from twinprop.config import schema

GROUPS = [*schema.GROUPS, "experiment", "sweeps", "hydra/launcher", "hydra/sweeper", "hydra/job_logging", "nope"]
OPTIONS = [
    "sgd",
    "adam",
    "mlp",
    "cnn",
    "rnn",
    "moons",
    "digits",
    "step",
    "one_cycle",
    "hw5_mlp",
    "depth",
    "basic",
    "nope",
]
KEYS = [key for key in schema.flatten(schema.Config()) if not key.startswith("data.root")]
HYDRA_KEYS = [
    *RULES,
    "hydra.job.chdir",
    "hydra.job.env_set",
    "hydra.job.num",
    "hydra.sweeper.params",
    "hydra.launcher.workers",
    "hydra.launcher.max_members",
    "hydra.launcher.nope",
    "hydra.callbacks",
    "hydra.help.header",
]
ODD_KEYS = [
    "",
    "a",
    "model",
    "train",
    "hydra",
    "data.x.y",
    "model.hidden.0",
    "a b",
    "é",
    "1",
    "-",
    "..",
    "model..width",
    "_",
]
NUMBERS = ["0", "1", "-1", "3", "50", "0.1", "-0.5", "1e-3", "1e39", "inf", "nan", "4611686018427387904", "2000000000"]
TEXTS = [
    "relu",
    "tanh",
    "full",
    "cpu",
    "true",
    "null",
    "None",
    "abc",
    "x y",
    "epoch",
    "???",
    "a:b",
    "é",
    "…",
    "%",
    "a=b",
    "@",
]
INTERPOLATIONS = [
    "${seed}",
    "${nope}",
    "${model.width}",
    "${train}",
    "${oc.env:PATH}",
    "${oc.env:NOPE}",
    "${",
    "${now}",
    "${.x}",
]
ODD_VALUES = [
    "",
    "[",
    "]",
    "{",
    "}",
    "(",
    ",",
    "'",
    '"',
    "\\",
    "[1",
    "1]",
    "{a:",
    "a,,b",
    "=",
    "\t",
    "\x00",
    "#",
    "'a",
    "$",
]

leaves = st.sampled_from([*NUMBERS, *TEXTS, *OPTIONS, *INTERPOLATIONS])
quoted = st.tuples(st.sampled_from("'\""), leaves).map(lambda parts: parts[0] + parts[1] + parts[0])
letters = st.text(st.characters(codec="utf-8", exclude_characters="/\\~"), max_size=6)


def nested(inner: Any) -> Any:
    """Lists, mappings, casts and functions of values."""
    some = st.lists(inner, max_size=3).map(",".join)
    named = st.sampled_from(["int", "float", "str", "bool", "json_str", "extend_list", "nope"])
    return st.one_of(
        some.map(lambda text: f"[{text}]"),
        st.lists(st.tuples(st.sampled_from(["a", "lr", "name", "width", "1"]), inner), max_size=2).map(
            lambda pairs: "{" + ",".join(f"{key}:{value}" for key, value in pairs) + "}"
        ),
        st.tuples(named, some).map(lambda parts: f"{parts[0]}({parts[1]})"),
    )


values = st.recursive(st.one_of(leaves, quoted), nested, max_leaves=5)
ranges = st.lists(st.sampled_from(["0", "1", "3", "5", "-2", "0.5", "2000000000", "x", "nan"]), max_size=4).map(
    ",".join
)


def swept(inner: Any) -> Any:
    """Sweeps of values."""
    some = st.lists(inner, max_size=3).map(",".join)
    one = st.one_of(
        some,
        some.map(lambda text: f"choice({text})"),
        ranges.map(lambda text: f"range({text})"),
        ranges.map(lambda text: f"interval({text})"),
        st.sampled_from(["glob(*)", "glob([a*,s*],exclude=adam)", "glob(z*)", "glob()"]),
    )
    wrapped = st.tuples(st.sampled_from(["shuffle", "sort", "tag", "int", "float"]), one)
    return st.one_of(one, wrapped.map(lambda parts: f"{parts[0]}({parts[1]})"))


keys = st.one_of(
    st.sampled_from(KEYS),
    st.sampled_from(GROUPS),
    st.sampled_from(HYDRA_KEYS),
    st.sampled_from(ODD_KEYS),
    st.tuples(st.sampled_from(GROUPS), st.sampled_from(["@foo", "@optimizer", "@_global_", "@"])).map("".join),
)
words = st.one_of(
    st.tuples(
        st.sampled_from(["", "", "", "", "+", "++", "~"]),
        keys,
        st.sampled_from(["=", "=", "=", "=", "", " = ", "=="]),
        st.one_of(values, swept(values), st.sampled_from(ODD_VALUES), letters),
    ).map("".join),
    st.tuples(st.sampled_from(GROUPS), st.sampled_from(OPTIONS)).map("=".join),
)
OPTIMIZED, ONE_BY_ONE = ["-m", "hydra/sweeper=optuna"], ["-m", "hydra/launcher=basic"]
options = st.sampled_from([[], [], [], ["-m"], ["-m"], OPTIMIZED, ONE_BY_ONE, ["--cfg", "job"], ["--nope"]])
lines = st.tuples(options, st.lists(words, min_size=1, max_size=3)).map(lambda parts: [*parts[0], *parts[1]])
