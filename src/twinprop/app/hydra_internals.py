"""What is used of Hydra beyond what it promises to keep, for speed or for a better message.

Each function says what Hydra's own, slower way is, and takes that where the part is not there: in another version,
commands become slower, and no less right. tests/app/test_hydra_internals.py compares both ways.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import OmegaConf, open_dict, read_write
from omegaconf.errors import OmegaConfBaseException

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override
    from omegaconf import DictConfig

APPLY_OVERRIDES = "hydra._internal.config_loader_impl:ConfigLoaderImpl._apply_overrides_to_config"
ARGUMENT_PARSER = "hydra._internal.utils:get_args_parser"
CALLBACKS = "hydra._internal.callbacks:Callbacks"
COMPLETION = "hydra.plugins.completion_plugin:CompletionPlugin"
RUN_JOB = "hydra.core.utils:_run_job"
CONFIGURE_LOGGING = "hydra._internal.logging_config:configure_logging"
FILE_SOURCE = "hydra._internal.core_plugins.file_config_source:FileConfigSource"
CALLBACK_LIST, HYDRA_CONFIG = "callbacks", "cfg"
"""Attributes of `HydraContext.callbacks` and of `HydraConfig.instance()`."""


def part(path: str) -> Any:
    """What `module:attribute.attribute` names in Hydra; None where this version has no such thing."""
    module, _, attributes = path.partition(":")
    try:
        found: Any = import_module(module)
        for name in attributes.split("."):
            found = getattr(found, name)
    except (ImportError, AttributeError):
        return None
    return found


def set_values(config: DictConfig, values: Sequence[Override], compose: Callable[[], DictConfig]) -> DictConfig:
    """Set values in a composed configuration, and return it.

    Hydra's own way is to compose the whole again, with the values among the overrides: `compose` does it, and then what
    it gives is returned.

    Raises:
        HydraException: there is no such key, or it does not take the value.
    """
    apply = part(APPLY_OVERRIDES)
    if apply is None:
        return compose()
    try:
        apply(list(values), config)
    except (AttributeError, TypeError) as error:
        if isinstance(error, OmegaConfBaseException):
            raise
        return compose()  # it takes other arguments
    return config


def publish(config: DictConfig) -> None:
    """Make `config` what `${hydra:...}` looks into.

    Hydra's own way copies all that is Hydra's in it, and so keeps what it holds now.
    """
    instance = HydraConfig.instance()
    if hasattr(instance, HYDRA_CONFIG):
        setattr(instance, HYDRA_CONFIG, config)
        if HydraConfig.get() is config.hydra:
            return
    instance.set_config(config)


def forget_job() -> None:
    """Let `${hydra:...}` look into nothing, until there is a job.

    Hydra's own way is to keep what the job before has left.
    """
    instance = HydraConfig.instance()
    if hasattr(instance, HYDRA_CONFIG):
        setattr(instance, HYDRA_CONFIG, None)


def listens(callbacks: Any, event: str) -> bool:
    """Whether any of the callbacks in a `HydraContext` does something at `event`.

    Hydra's own way is to compose what a callback is given, whether there is one or not.
    """
    from hydra.experimental.callback import Callback

    each = getattr(callbacks, CALLBACK_LIST, None)
    if not isinstance(each, list):
        return True
    return any(getattr(type(callback), event, None) is not getattr(Callback, event) for callback in each)


def require_callback(kind: type[Any]) -> None:
    """Have Hydra call a callback of this class in every run, also where a configuration takes it away.

    Hydra's own way is `hydra.callbacks` of a configuration, and conf/config.yaml has it there too.
    """
    callbacks = part(CALLBACKS)
    if callbacks is None or getattr(callbacks, "requires", None) is kind:
        return
    init = callbacks.__init__

    def with_required(self: Any, *arguments: Any, **named: Any) -> None:
        init(self, *arguments, **named)
        each = getattr(self, CALLBACK_LIST, None)
        if isinstance(each, list) and not any(isinstance(one, kind) for one in each):
            each.insert(0, kind())

    callbacks.__init__, callbacks.requires = with_required, kind


def guard_logging(guard: Callable[..., None]) -> None:
    """Have `guard(configure, *arguments)` called in place of Hydra's `configure(*arguments)`, which sets up the log.

    Hydra's own way is to set up whatever log it is given, that of its own messages before any callback is called.
    Without this part, the gate sees the log of a job before it is set up, and Hydra's own not.
    """
    wrap(CONFIGURE_LOGGING, guard)


def guard_jobs(guard: Callable[..., Any]) -> None:
    """Have `guard(run, **arguments)` called in place of Hydra's `run(**arguments)`, which runs a job.

    Hydra's own way is to run what a job is composed of. Without this part, the gate sees what the jobs of a sweep have
    in common, and the launcher of ours what each has.
    """
    wrap(RUN_JOB, guard)


def wrap(path: str, guard: Callable[..., Any]) -> None:
    """Put `guard(function, ...)` in the place of a function of Hydra's, once, where there is such a function."""
    function = part(path)
    if function is None or getattr(function, "guard", None) is guard:
        return

    def guarded(*arguments: Any, **named: Any) -> Any:
        return guard(function, *arguments, **named)

    guarded.guard = guard  # type: ignore[attr-defined]
    module, _, name = path.partition(":")
    setattr(sys.modules[module], name, guarded)


def complete_choices(complete: Callable[[str, Any], None]) -> None:
    """Have `complete(path, config)` called with each file that Hydra reads, by its path such as `data/mine`.

    Hydra's own way is to take a file as it is. Without this part, a file of the user's in a group needs the line
    `defaults: [schema/NAME@_here_]`.
    """
    source = part(FILE_SOURCE)
    if source is None or getattr(source, "completes", None) is complete:
        return
    load = source.load_config

    def load_complete(self: Any, config_path: str) -> Any:
        found = load(self, config_path)
        complete(config_path, found.config)
        return found

    source.load_config, source.completes = load_complete, complete


def complete_values(complete: Callable[[Callable[[Any, str], list[str]], Any, str], list[str]]) -> None:
    """Have `complete(matches, config, word)` called in place of Hydra's `matches(config, word)`, which completes keys.

    Hydra's own way is to offer of a key the value that it has.
    """
    plugin = part(COMPLETION)
    if plugin is None or getattr(plugin, "completes", None) is complete:
        return
    matches = plugin._get_matches
    plugin._get_matches = staticmethod(lambda config, word: complete(matches, config, word))
    plugin.completes = complete


def argument_parser() -> tuple[argparse.ArgumentParser, bool]:
    """A parser of Hydra's command line, and whether it knows every option.

    Hydra's own way is to read the line itself. Then this is a parser of the options that are documented, and what it
    does not know is for Hydra to refuse.
    """
    hydras = part(ARGUMENT_PARSER)
    with suppress(TypeError):  # it takes arguments
        if hydras is not None:
            return hydras(), True
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("overrides", nargs="*")
    parser.add_argument("--info", "-i", nargs="?", const="all")
    for names in (("cfg", "c"), ("package", "p"), ("config-path", "cp"), ("config-name", "cn"), ("config-dir", "cd")):
        parser.add_argument(f"--{names[0]}", f"-{names[1]}")
    for names in (("help", "h"), ("run", "r"), ("multirun", "m"), ("shell-completion", "sc")):
        parser.add_argument(f"--{names[0]}", f"-{names[1]}", action="store_true")
    for name in ("hydra-help", "version", "resolve"):
        parser.add_argument(f"--{name}", action="store_true")
    return parser, False


JobFields = dict[str, dict[str, Any]]
"""What is a job's own in Hydra's part of its configuration, by group and key."""

MARKS: JobFields = {
    "overrides": {"task": ["MARK-TASK"]},
    "job": {"id": "MARK-ID", "num": 909090},
    "runtime": {"output_dir": "MARK"},
}


def set_job_fields(config: DictConfig, fields: JobFields) -> None:
    """Set what is a job's own in Hydra's part of a configuration."""
    for group, values in fields.items():
        with read_write(config.hydra[group]), open_dict(config.hydra[group]):
            for key, value in values.items():
                config.hydra[group][key] = value


class HydraYaml:
    """Writes the hydra.yaml of jobs whose configurations differ, in Hydra's part, only in what is a job's own.

    Hydra's own way dumps it anew for each job, which takes longer than all the rest. Here it is dumped once with marks,
    which give way to a job's own lines, where OmegaConf lays out the lines as is supposed here.

    Args:
        config: the configuration of any of the jobs.
    """

    def __init__(self, config: DictConfig) -> None:
        self.config = config
        self.text = self.dumped(MARKS)
        self.marks = lines_of(MARKS)
        self.is_laid_out_as_supposed = all(self.text.count(mark) == 1 for mark in self.marks)

    def dumped(self, fields: JobFields) -> str:
        """hydra.yaml of a job, as Hydra dumps it."""
        set_job_fields(self.config, fields)
        return OmegaConf.to_yaml(OmegaConf.masked_copy(self.config, "hydra"))

    def of(self, fields: JobFields) -> str:
        """hydra.yaml of a job."""
        if not self.is_laid_out_as_supposed:
            return self.dumped(fields)
        text = self.text
        for mark, lines in zip(self.marks, lines_of(fields), strict=True):
            text = text.replace(mark, lines)
        return text


AS_IT_IS = re.compile(r"/[\w./+-]*|[a-z_][\w.]*=[\w.+,\[\]-]*", re.ASCII | re.IGNORECASE)
"""A path or an override that YAML writes as it is."""


def list_in_yaml(words: Sequence[str]) -> str:
    """Words as a list in YAML, as OmegaConf writes it."""
    if words and all(map(AS_IT_IS.fullmatch, words)):
        return "".join(f"- {word}\n" for word in words)
    return OmegaConf.to_yaml(OmegaConf.create(list(words)))


def lines_of(fields: JobFields) -> list[str]:
    """The lines of hydra.yaml for the task overrides, the job's id and number, and the directory."""
    words: list[str] = fields["overrides"]["task"]
    directory: str = fields["runtime"]["output_dir"]
    if words and all(map(AS_IT_IS.fullmatch, [*words, directory])):
        own = fields["job"]
        return [
            "    task:\n" + "".join(f"    - {word}\n" for word in words),
            f"    id: '{own['id']}'\n    num: {own['num']}\n",
            f"    output_dir: {directory}\n",
        ]
    text = OmegaConf.to_yaml(OmegaConf.create({"hydra": fields}))
    task, _, rest = text.removeprefix("hydra:\n  overrides:\n").partition("  job:\n")
    job, _, runtime = rest.partition("  runtime:\n")
    return [task, job, runtime]
