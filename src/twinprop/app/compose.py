"""A configuration from overrides, as `train.py` composes it, for commands that Hydra does not run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from twinprop.app.folders import conf
from twinprop.app.home import expand
from twinprop.app.plugin_words import take
from twinprop.app.register import register
from twinprop.config import schema
from twinprop.errors import ConfigError

KEYS_OF_SAMPLES = re.compile(r"data(\.[\w.]+)?=|device=")


def with_other_samples(path: Path, overrides: Sequence[str]) -> schema.Config | None:
    """The configuration of the run in a directory, with other samples or another device; None where none is asked for.

    Raises:
        ConfigError: a key is another one, or wrong.
    """
    wrong = [word for word in overrides if not KEYS_OF_SAMPLES.match(word)]
    if wrong:
        raise ConfigError([f"{word}: only samples can be others: data=NAME, data.KEY=VALUE, device." for word in wrong])
    return compose([f"from={path}", *overrides]) if overrides else None


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
