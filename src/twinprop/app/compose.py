"""A configuration from overrides, as `train.py` composes it, for commands that Hydra does not run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from twinprop.app.folders import conf
from twinprop.app.home import expand, quoted
from twinprop.app.plugin_words import take
from twinprop.app.register import register
from twinprop.config import schema
from twinprop.errors import ConfigError
from twinprop.run.saved import Run

KEYS_OF_SAMPLES = re.compile(r"data(\.[\w.]+)?=|device=")


def with_other_samples(run: Run, overrides: Sequence[str]) -> tuple[schema.Config, int | None]:
    """The configuration of a run, with other samples or another device, and how many samples are asked for, if any.

    `data.limit` is of what is measured, and not of what it is cut from.

    Raises:
        ConfigError: a key is another one, or wrong.
    """
    wrong = [word for word in overrides if not KEYS_OF_SAMPLES.match(word)]
    if wrong:
        raise ConfigError([f"{word}: only samples can be others: data=NAME, data.KEY=VALUE, device." for word in wrong])
    if not overrides:
        return replace(run.config, data=run.data), None
    config = compose([f"from={quoted(str(run.path))}", *overrides])
    most = config.data.limit if any(word.startswith("data.limit=") for word in overrides) else None
    config.data.limit = run.config.data.limit if config.data.source() == run.data.source() else None
    return config, most


def compose(overrides: Sequence[str] = ()) -> schema.Config:
    """The configuration that `python train.py OVERRIDES` would train with.

    Raises:
        ConfigError: something in it is wrong; the text lists every mistake.
    """
    from hydra import compose as compose_all
    from hydra import initialize_config_dir

    from twinprop.app.composer import HYDRA_ERRORS
    from twinprop.app.diagnose import diagnose, in_a_line, problems_of, to_error

    register()
    words = take(expand(overrides))
    with initialize_config_dir(str(conf())):
        try:
            # hydra's own keys belong to it, so that overrides of them are known here too
            composed = compose_all("config", words, return_hydra_config=True)
            found = problems_of(composed)
        except HYDRA_ERRORS as error:
            raise to_error(diagnose(words)) or ConfigError([in_a_line(error)]) from error
        if found:
            raise ConfigError(found)
        return schema.typed(composed)
