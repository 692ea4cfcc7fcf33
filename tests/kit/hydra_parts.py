"""The private parts of Hydra that are used, and how to do without them."""

import pytest

from twinprop.app import hydra_internals

PARTS = {
    "APPLY_OVERRIDES": "hydra._internal.config_loader_impl:ConfigLoaderImpl.gone",
    "ARGUMENT_PARSER": "hydra._internal.gone:get_args_parser",
    "CALLBACKS": "hydra._internal.gone:Callbacks",
    "CONFIGURE_LOGGING": "hydra._internal.gone:configure_logging",
    "RUN_JOB": "hydra.core.utils:_gone",
    "CALLBACK_LIST": "gone",
    "HYDRA_CONFIG": "gone",
}
"""The private parts by their names here, and what is not there in place of each."""


def take_away(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """As if Hydra had no such parts; without names, none of them."""
    for name in names or PARTS:
        monkeypatch.setattr(hydra_internals, name, PARTS[name])
