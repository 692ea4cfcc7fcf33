"""What to say where Hydra cannot compose what the command line asks for."""

from __future__ import annotations

import argparse
import traceback
from pathlib import Path

from twinprop.app.folders import conf

BLAMELESS = {
    "hydra": "",
    "omegaconf": "",
    "antlr4": "",
    "yaml": "",
    "codecs": "",
    "logging": "hydra.job_logging or hydra.hydra_logging: ",
    "hydra_plugins": "hydra.sweeper or hydra.launcher: ",
    "optuna": "hydra.sweeper: ",
    "sqlalchemy": "hydra.sweeper.storage: ",
}
"""Packages that raise because of what they were given to read, and where they were given it."""

MULTIRUN = "hydra.mode=MULTIRUN"
"""What Hydra makes of -m, and adds to the overrides."""


def explain_composition(error: BaseException, args: argparse.Namespace) -> str | None:
    """The message for what Hydra could not compose; None where the fault is not in what it was given.

    Args:
        error: what it raised.
        args: the options of the command line, and the overrides.
    """
    frames = [frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(error.__traceback__)]
    where = BLAMELESS.get(frames[-1].partition(".")[0])
    if where is None:
        return None
    if isinstance(error, UnicodeDecodeError):
        rerun = getattr(args, "experimental_rerun", None)
        where = f"--experimental-rerun={rerun}" if rerun else "the configuration"
        return f"{where}: a file is no text in UTF-8 ({error.reason}), so it is no configuration; choose another."
    from hydra import initialize_config_search_path
    from hydra.core.global_hydra import GlobalHydra

    from twinprop.app.composer import HYDRA_ERRORS
    from twinprop.app.diagnose import diagnose, in_a_line, to_error
    from twinprop.text import nearest

    folder = Path(args.config_path).absolute() if args.config_path else conf()
    if not folder.is_dir():
        return f"--config-path={args.config_path}: there is no such folder; leave it out for twinprop's own."
    if args.config_dir is not None and not Path(args.config_dir).is_dir():
        return f"--config-dir={args.config_dir}: there is no such folder."
    name = "config" if args.config_name is None else args.config_name
    configs = sorted(path.stem for path in folder.glob("*.yaml"))
    if not configs:
        return f"--config-path={args.config_path}: holds no NAME.yaml; leave it out for twinprop's own."
    if name.removesuffix(".yaml") not in configs and not args.config_dir:
        return f"--config-name={name}: must be one of {', '.join(configs)}, from {folder}.{nearest(name, configs)}"
    multirun = args.multirun or MULTIRUN in args.overrides
    words = [word for word in args.overrides if word != MULTIRUN]
    search_path = [f"file://{folder}"]
    if args.config_dir and Path(args.config_dir).is_dir():
        search_path.append(f"file://{Path(args.config_dir).absolute()}")
    GlobalHydra.instance().clear()
    with initialize_config_search_path(search_path):
        try:
            found = to_error(diagnose(words, name, multirun))
        except HYDRA_ERRORS:
            found = None  # Hydra's own words are all there is
    if found:
        return str(found)
    cause = f" {in_a_line(error.__cause__)}" if where and error.__cause__ is not None else ""
    return f"{where}{in_a_line(error)}{cause}"
