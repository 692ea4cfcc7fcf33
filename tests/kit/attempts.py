"""Configurations that would run something or spoil a file: what they call, from where, and who brings them in.

`attempts()` makes them all. Each stands in a folder with `evil.py`, which makes a file `marker` when it is imported or
called, and with files of the user's that must stay as they are.
"""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EVIL = """from pathlib import Path
MARKER = Path(__file__).with_name("marker")
MARKER.touch()
def touch(*_, **__):
    MARKER.touch()
class Evil:
    def __init__(self, *_, **__):
        touch()
"""

USERS = {"thesis.txt": "years of work", "notes.log": "more of it", "evil.py": EVIL}
"""Files of the user's, beside which a command is started."""

TOUCH = "touch marker"


class Touches:
    """Unpickled, it runs a command."""

    def __reduce__(self) -> Any:
        import os

        return os.system, (TOUCH,)


@dataclass(frozen=True)
class Attempt:
    """A command line, in a folder with some files more.

    Attributes:
        name: what it tries.
        words: the command line, besides what makes training short; HERE stands for the folder, as in the files.
        files: contents by path, text or bytes.
    """

    name: str
    words: tuple[str, ...]
    files: dict[str, str | bytes] = field(default_factory=dict)

    def lay_out(self, folder: Path) -> None:
        """Write the files of the user's and its own into a folder."""
        for name, content in {**USERS, **self.files}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.replace("HERE", str(folder)).encode())


def pickled() -> bytes:
    """A pickle that runs a command."""
    return pickle.dumps(Touches())


CALLS: dict[str, dict[str, Any]] = {
    "hydra.test_utils.test_utils.run_process": {"cmd": ["touch", "marker"]},
    "hydra.test_utils.test_utils.run_python_script": {"cmd": ["evil.py"]},
    "hydra.utils.get_object": {"path": "evil.Evil"},
    "hydra.utils.get_method": {"path": "evil.touch"},
    "hydra.utils.get_class": {"path": "evil.Evil"},
    "hydra.utils.call": {"config": {"_target_": "evil.touch"}},
    "hydra.utils.instantiate": {"config": {"_target_": "evil.touch"}},
    "hydra._internal.utils._locate": {"path": "evil"},
    "hydra._internal.instantiate._instantiate2.instantiate": {"config": {"_target_": "evil.touch"}},
    "hydra.core.utils.os.system": {"command": TOUCH},
    "hydra.core.plugins.importlib.import_module": {"name": "evil"},
    "twinprop.registry.load": {"path": "evil:touch"},
    "twinprop.config.registry.load": {"path": "evil:touch"},
    "twinprop.config.registry.import_module": {"name": "evil"},
    "twinprop.gradcheck.measuring.subject.find": {"target": "evil.py:Evil"},
    "twinprop.gradcheck.source.loading.load": {"path": "evil.py"},
    "twinprop.__main__.main": {"words": ["gradcheck", "--layer", "evil.py:Evil"]},
    "twinprop.__main__.import_module": {"name": "evil"},
    "twinprop.commands.gradcheck.main": {"args": {"layer": "evil.py:Evil"}},
    "twinprop.run.environment.subprocess.run": {"args": ["touch", "marker"]},
    "twinprop.run.directory.write_atomically": {"path": "thesis.txt", "data": ""},
    "twinprop.run.directory.open": {"file": "thesis.txt", "mode": "w"},
    "twinprop.run.directory.os.system": {"command": TOUCH},
    "twinprop.run.directory.Path.touch": {"self": "marker"},
    "twinprop.app.hydra_main.os.system": {"command": TOUCH},
    "twinprop.app.hydra_internals.import_module": {"name": "evil"},
    "twinprop.app.hydra_internals.part": {"path": "evil:touch"},
    "twinprop.app.gate.sys.modules": {},
    "twinprop.app.gate.Gate.claim": {},
    "logging.FileHandler": {"filename": "thesis.txt", "mode": "w"},
    "logging.os.system": {"command": TOUCH},
    "logging.config.dictConfig": {"config": {"version": 1, "root": {}, "filters": {"a": {"()": "evil.touch"}}}},
    "logging.config.fileConfig": {"fname": "log.ini"},
    "logging.handlers.RotatingFileHandler": {"filename": "thesis.txt", "mode": "w"},
    "logging.handlers.shutil.move": {"src": "thesis.txt", "dst": "marker"},
    "hydra_plugins.hydra_optuna_sweeper._impl.instantiate": {"config": {"_target_": "evil.touch"}},
    "os.system": {"command": TOUCH},
    "posix.system": {"command": TOUCH},
    "os.mkdir": {"path": "marker"},
    "subprocess.run": {"args": ["touch", "marker"]},
    "subprocess.Popen": {"args": ["touch", "marker"]},
    "builtins.exec": {"_args_": ["import evil"]},
    "builtins.eval": {"_args_": ["__import__('evil')"]},
    "builtins.open": {"file": "thesis.txt", "mode": "w"},
    "builtins.__import__": {"name": "evil"},
    "importlib.import_module": {"name": "evil"},
    "runpy.run_path": {"path_name": "evil.py"},
    "runpy.run_module": {"mod_name": "evil"},
    "pathlib.Path.touch": {"_args_": ["marker"]},
    "shutil.copy": {"src": "thesis.txt", "dst": "marker"},
    "functools.partial": {"_args_": ["evil.touch"]},
    "operator.methodcaller": {"name": "touch"},
    "pickle.loads": {"data": "cos\nsystem\n(S'touch marker'\ntR."},
    "pydoc.locate": {"path": "evil"},
    "timeit.timeit": {"stmt": "import evil", "number": 1},
    "pandas.read_pickle": {"filepath_or_buffer": "evil.pkl"},
    "torch.load": {"f": "evil.pkl", "weights_only": False},
    "torch.hub.load": {"repo_or_dir": ".", "model": "Evil", "source": "local"},
    "numpy.load": {"file": "evil.pkl", "allow_pickle": True},
    "yaml.unsafe_load": {"stream": "!!python/object/apply:os.system [touch marker]"},
    "evil.touch": {},
    "evil.Evil": {},
}
"""What a configuration may name, and what it is called with."""

FEW = ("evil.Evil", "hydra.test_utils.test_utils.run_process", "twinprop.config.registry.load", "os.system")


def quoted(value: Any) -> str:
    """A value in Hydra's grammar."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{quoted(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(quoted, value)) + "]"
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return json.dumps(value)


def nested(key: str, value: Any) -> dict[str, Any]:
    """`{"a": {"b": value}}` for `a.b`."""
    for name in reversed(key.split(".")):
        value = {name: value}
    return value  # type: ignore[no-any-return]


def yaml_of(config: dict[str, Any], package: str = "_global_") -> str:
    """A config file; JSON is YAML."""
    return f"# @package {package}\n{json.dumps(config)}\n"


FILE = {"class": "logging.FileHandler", "formatter": "dated"}

PLACES: dict[str, tuple[str, dict[str, Any]]] = {
    "a callback": ("hydra.callbacks.x", {"_target_": "NAME"}),
    "a callback for later": ("hydra.callbacks.x", {"_target_": "NAME", "_partial_": True}),
    "a callback, not recursive": ("hydra.callbacks.x", {"_target_": "NAME", "_recursive_": False, "_convert_": "all"}),
    "a callback with its own whitelist": ("hydra.callbacks.x", {"_target_": "NAME", "_execution_whitelist_": ["NAME"]}),
    "within a callback": ("hydra.callbacks.gate.x", {"_target_": "NAME"}),
    "an argument of the gate": ("hydra.callbacks.gate._args_", [{"_target_": "NAME"}]),
    "the gate for later": ("hydra.callbacks.gate", {"_partial_": True, "x": {"_target_": "NAME"}}),
    "a handler": ("hydra.job_logging.handlers.x", {"class": "NAME"}),
    "a handler's factory": ("hydra.job_logging.handlers.x", {"()": "NAME"}),
    "a handler's argument": ("hydra.job_logging.handlers.file.encoding", "ext://NAME"),
    "a handler's stream": ("hydra.job_logging.handlers.x", {"class": "logging.StreamHandler", "stream": "ext://NAME"}),
    "a handler's queue": (
        "hydra.job_logging.handlers.x",
        {"class": "logging.handlers.QueueHandler", "queue": "NAME", "listener": "NAME"},
    ),
    "a formatter": ("hydra.job_logging.formatters.x", {"class": "NAME", "format": "%(message)s"}),
    "a formatter's factory": ("hydra.job_logging.formatters.x", {"()": "NAME"}),
    "a formatter's defaults": ("hydra.job_logging.formatters.dated", {"defaults": {"x": "ext://NAME"}}),
    "a filter": ("hydra.job_logging.filters.x", {"()": "NAME"}),
    "Hydra's own handler": ("hydra.hydra_logging.handlers.x", {"class": "NAME"}),
    "Hydra's own handler's factory": ("hydra.hydra_logging.handlers.x", {"()": "NAME"}),
    "Hydra's own formatter": ("hydra.hydra_logging.formatters.x", {"()": "NAME"}),
    "Hydra's own filter": ("hydra.hydra_logging.filters.x", {"()": "NAME"}),
    "a value of the log": ("hydra.job_logging.x", "ext://NAME"),
}
"""Where a name may stand that something calls or imports."""

SWEPT: dict[str, tuple[tuple[str, ...], str, Any]] = {
    "the launcher": ((), "hydra.launcher._target_", "NAME"),
    "within the launcher": ((), "hydra.launcher.submitit.x", {"_target_": "NAME"}),
    "the basic launcher": (("hydra/launcher=basic",), "hydra.launcher._target_", "NAME"),
    "the sweeper": ((), "hydra.sweeper._target_", "NAME"),
    "Optuna's sampler": (("hydra/sweeper=optuna",), "hydra.sweeper.sampler", {"_target_": "NAME"}),
    "Optuna's pruner": (
        ("hydra/sweeper=optuna", "hydra/sweeper/pruner=median"),
        "hydra.sweeper.pruner._target_",
        "NAME",
    ),
    "within Optuna's sampler": (("hydra/sweeper=optuna",), "hydra.sweeper.sampler.constraints_func._target_", "NAME"),
    "Optuna's storage": (("hydra/sweeper=optuna",), "hydra.sweeper.storage", {"_target_": "NAME"}),
    "Optuna's space": (("hydra/sweeper=optuna",), "hydra.sweeper.custom_search_space", "NAME"),
}
"""The same in a sweep, with what is chosen besides."""

FILES: dict[str, tuple[str, Any]] = {
    "another file": ("hydra.job_logging.handlers.file.filename", "thesis.txt"),
    "another log": ("hydra.job_logging.handlers.file.filename", "notes.log"),
    "another file, emptied": ("hydra.job_logging.handlers.file", {"filename": "thesis.txt", "mode": "w"}),
    "the log above": ("hydra.job_logging.handlers.file.filename", "${hydra.runtime.output_dir}/../notes.log"),
    "opened later": ("hydra.job_logging.handlers.x", {**FILE, "filename": "thesis.txt", "mode": "w", "delay": True}),
    "opened later under another name": (
        "hydra.job_logging.handlers.file",
        {"delay": True, ".": {"baseFilename": "thesis.txt", "mode": "w"}},
    ),
    "a name that stands elsewhere": (
        "hydra.job_logging",
        {"evil": {"x": "thesis.txt"}, "handlers": {"x": {**FILE, "filename": "cfg://evil.x", "mode": "w"}}},
    ),
    "Hydra's own file": (
        "hydra.hydra_logging.handlers.x",
        {"class": FILE["class"], "filename": "thesis.txt", "mode": "w"},
    ),
    "Hydra's own log": ("hydra.hydra_logging.handlers.x", {"class": FILE["class"], "filename": "marker"}),
    "a rotating file": (
        "hydra.job_logging.handlers.x",
        {"class": "logging.handlers.RotatingFileHandler", "filename": "thesis.txt", "mode": "w"},
    ),
    "the job's name": ("hydra.job.name", "../notes"),
    "the job's name, far away": ("hydra.job.name", "HERE/marker"),
    "the job's name, with folders": ("hydra.job.name", "a/b/c"),
    "Hydra's folder": ("hydra.output_subdir", "../../evil"),
    "Hydra's folder, just above": ("hydra.output_subdir", ".."),
    "Hydra's folder in another one": ("hydra.output_subdir", "a/../../marker"),
    "Hydra's folder from the root": ("hydra.output_subdir", "HERE/marker"),
    "another version of the log": ("hydra.job_logging.version", 2),
    "programs of the environment": ("hydra.job.env_set", {"PATH": "."}),
    "libraries of the environment": ("hydra.job.env_set", {"LD_PRELOAD": "./evil.so"}),
    "start of the environment": ("hydra.job.env_set", {"PYTHONSTARTUP": "evil.py"}),
    "what is allowed": ("hydra.job.env_set", {"TWINPROP_ALLOW": "evil.touch"}),
}
"""Keys that write into files, or decide what is started."""

APPLY = "!!python/object/apply:os.system [touch marker]"
TAGS = {
    "apply": f"x: {APPLY}",
    "new": "x: !!python/object/new:evil.Evil []",
    "module": "x: !!python/module:evil",
    "name": "x: !!python/name:evil.touch",
    "object": "x: !!python/object:evil.Evil {}",
    "key": f"? {APPLY}\n: 1",
}

RESOLVERS = {
    "a created target": ("hydra.callbacks.x", "${oc.create:{_target_:evil.touch}}"),
    "a target of the environment": ("hydra.callbacks.x", {"_target_": "${oc.env:EVIL,evil.touch}"}),
    "a decoded target": ("hydra.callbacks.x", {"_target_": "${oc.decode:'evil.touch'}"}),
    "a target in parts": ("hydra.callbacks.x", {"_target_": "${label}.touch"}),
    "a handler of the environment": ("hydra.job_logging.handlers.x", {"class": "${oc.env:EVIL,evil.Evil}"}),
    "a created handler": ("hydra.job_logging.handlers.x", "${oc.create:{'()':evil.Evil}}"),
    "a resolver by its name": ("hydra.job.name", "${hydra_override_dirname:{element_resolver:unused}}"),
    "an unknown resolver": ("label", "${evil.touch:x}"),
    "a resolver that imports": ("label", "${oc.import:evil}"),
}


def put(value: Any, name: str) -> Any:
    """A value with `name` in the place of NAME."""
    if isinstance(value, dict):
        return {key: put(item, name) for key, item in value.items()}
    if isinstance(value, list):
        return [put(item, name) for item in value]
    return value.replace("NAME", name) if isinstance(value, str) else value


def typed(name: str, key: str, value: Any, *words: str) -> Attempt:
    """A value on the command line."""
    return Attempt(f"typed: {name}", (*words, f"++{key}={quoted(value)}"))


def brought(way: str, name: str, key: str, value: Any, *words: str) -> Attempt:
    """The same in a file of somebody else's, whichever way it comes in."""
    config = nested(key, value)
    match way:
        case "experiment":
            files, more = {"theirs/experiment/x.yaml": yaml_of(config)}, ["--config-dir", "theirs", "experiment=x"]
        case "searchpath":
            files, more = {"theirs/experiment/x.yaml": yaml_of(config)}, ["hydra.searchpath=[theirs]", "experiment=x"]
        case "study":
            files, more = {"theirs/sweeps/x.yaml": yaml_of(config)}, ["--config-dir", "theirs", "+sweeps=x"]
        case "data":
            whole = {"defaults": ["/data/moons@data", "_self_"], **config}
            files, more = {"theirs/data/x.yaml": yaml_of(whole)}, ["--config-dir", "theirs", "data=x"]
        case "primary":
            files = {"theirs/x.yaml": yaml_of({"defaults": ["config", "_self_"], **config})}
            more = ["--config-dir", "theirs", "--config-name", "x"]
        case _:
            raise ValueError(way)
    return Attempt(f"{way}: {name}", (*words, *more), dict(files))


WAYS = ("experiment", "searchpath", "study", "data", "primary")


def attempts() -> Iterator[Attempt]:
    """All of them."""
    more: dict[str, str | bytes] = {
        "evil.pkl": pickled(),
        "log.ini": "[loggers]\nkeys=root\n[handlers]\nkeys=x\n[formatters]\nkeys=\n"
        "[logger_root]\nhandlers=x\n[handler_x]\nclass=evil.Evil\nargs=()\n",
    }
    for name, arguments in CALLS.items():
        attempt = typed(name, "hydra.callbacks.x", {"_target_": name, **arguments})
        yield Attempt(attempt.name, attempt.words, more)
    for place, (key, value) in PLACES.items():
        for number, name in enumerate(FEW):
            yield brought(WAYS[(number + len(place)) % len(WAYS)], f"{place}, {name}", key, put(value, name))
    for place, (chosen, key, value) in SWEPT.items():
        for name in FEW[:2]:
            yield brought("experiment", f"{place}, {name}", key, put(value, name), "-m", "seed=0,1", *chosen)
            yield typed(f"{place}, {name}", key, put(value, name), "-m", "seed=0,1", *chosen)
    for name, (key, value) in FILES.items():
        yield brought("experiment", name, key, value)
        if not any(mark in str(value) for mark in ("'.'", "cfg:")):
            yield typed(name, key, value)
        if "Hydra's own" not in name:
            yield (
                typed(f"{name}, one after the other", key, value, "-m", "seed=0", "hydra/launcher=basic")
                if ("'.'" not in str(value))
                else brought("experiment", f"{name}, in a sweep", key, value, "-m", "seed=0")
            )
            yield brought("experiment", f"{name}, together", key, value, "-m", "seed=0,1")
    for name, text in TAGS.items():
        files = {"theirs/experiment/x.yaml": f"# @package _global_\n{text}\n"}
        yield Attempt(f"tag: {name}", ("--config-dir", "theirs", "experiment=x"), dict(files))
    yield Attempt("tag: a study", ("--config-dir", "theirs", "+sweeps=x"), {"theirs/sweeps/x.yaml": TAGS["apply"]})
    for name, (key, value) in RESOLVERS.items():
        yield brought("experiment", name, key, value, "label=evil")
    own = {
        "part": (nested(*FILES["another file, emptied"]), "basic"),
        "class": (nested("hydra.job_logging.handlers.x", {"()": "evil.Evil"}), "basic"),
        "folder": (nested("hydra.output_subdir", "../../../marker"), "basic"),
        "folder, without a log": (
            {"hydra": {"output_subdir": "../../../marker", "job_logging": {"root": None}}},
            "basic",
        ),
        "programs": (nested("hydra.job.env_set", {"PATH": "."}), "basic"),
        "part, together": (nested(*FILES["another file, emptied"]), "population"),
        "folder, together": (nested("hydra.output_subdir", "../../../marker"), "population"),
    }
    for name, (config, launcher) in own.items():
        files = {"theirs/experiment/x.yaml": yaml_of(config), "theirs/experiment/y.yaml": yaml_of({"seed": 1})}
        words = ("-m", "--config-dir", "theirs", "experiment=y,x", f"hydra/launcher={launcher}")
        yield Attempt(f"a job's own {name}", words, dict(files))
    setup = {"cluster": "local", "setup": [TOUCH]}
    yield brought("experiment", "commands of a job", "hydra.launcher", {"engine": "submitit", "submitit": setup}, "-m")
    ray = {"engine": "ray", "ray": {"init": {"runtime_env": {"py_executable": TOUCH}}}}
    yield brought("experiment", "commands of Ray", "hydra.launcher", ray, "-m", "seed=0,1")
    yield from saved()


def saved() -> Iterator[Attempt]:
    """Pickles and commands in place of what Hydra saves in the directory of a run."""
    hydra = {"job": {"name": "train", "config_name": "config"}, "overrides": {"hydra": [], "task": []}}
    evil = {**hydra, "overrides": {"hydra": ["+hydra.callbacks.x={_target_:evil.touch}"], "task": []}}
    environment = {**hydra, "overrides": {"hydra": ["+hydra.job.env_set={EVIL:evil}"], "task": []}}
    again = ("--experimental-rerun", "theirs")
    whole = json.dumps({"hydra": hydra})
    for name, files in {
        "pickled hydra.yaml": {"hydra.yaml": pickled(), "overrides.yaml": "[]"},
        "pickled overrides.yaml": {"hydra.yaml": whole, "overrides.yaml": pickled()},
        "pickled config": {"hydra.yaml": whole, "overrides.yaml": "[]", "config.pickle": pickled()},
        "a saved callback": {"hydra.yaml": json.dumps({"hydra": evil}), "overrides.yaml": "[]"},
        "a saved environment": {"hydra.yaml": json.dumps({"hydra": environment}), "overrides.yaml": "[]"},
        "a tag in overrides": {
            "hydra.yaml": whole,
            "overrides.yaml": f"- {APPLY}",
        },
    }.items():
        yield Attempt(name, again, {f"theirs/.hydra/{file}": content for file, content in files.items()})
    for name, content in {"pickled": pickled(), "tagged": TAGS["apply"], "an archive": archive()}.items():
        files = {"theirs/.hydra/config.yaml": content}
        yield Attempt(f"a config that is {name}", ("--config-path", "HERE/theirs/.hydra"), dict(files))
    yield Attempt(
        "a pickle by its path",
        ("--config-path", "HERE/theirs", "--config-name", "config.pickle"),
        {"theirs/config.pickle": pickled()},
    )


def archive() -> bytes:
    """What torch.save makes of something that runs a command."""
    import torch

    buffer = io.BytesIO()
    torch.save(Touches(), buffer)
    return buffer.getvalue()
