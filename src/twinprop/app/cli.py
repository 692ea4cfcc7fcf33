"""The command line: Hydra's, with mistakes told in one message and no traceback."""

from __future__ import annotations

import argparse
import atexit
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinprop.errors import TwinpropError, explain

if TYPE_CHECKING:
    from omegaconf import DictConfig

DIVERGED, INTERRUPTED = 3, 130
"""Exit statuses of a run that diverged, and of one that a signal ended."""

TRUSTED = ["twinprop.*", "logging.*", "hydra.*", "hydra_plugins.*"]
"""What a configuration may have Hydra call: handlers of the log, launchers, sweepers, the gate."""

BLAMELESS = {"hydra", "omegaconf", "antlr4", "yaml"}
"""Packages that raise because of what they were given to read."""


def conf() -> Path:
    """The directory of configurations: beside the sources in a checkout, inside the package when installed."""
    installed = Path(__file__).parents[1] / "conf"
    return installed if installed.is_dir() else Path(__file__).parents[3] / "conf"


class Jobs:
    """What Hydra runs for each job, and how the jobs ended."""

    def __init__(self) -> None:
        self.statuses: dict[int, str] = {}
        self.full_errors = wants_traceback()

    def __call__(self, config: DictConfig) -> float:
        from hydra.core.hydra_config import HydraConfig
        from hydra.types import RunMode

        from twinprop.run.summary import result

        hydra = HydraConfig.get()
        try:
            summary = self.train(config, Path(hydra.runtime.output_dir))
        except Exception as error:
            if isinstance(error, OSError) and error.filename is None:
                error.filename = hydra.runtime.output_dir
            message = None if self.full_errors else explain(error)
            if message is None:
                raise
            from twinprop.run.console import log

            if hydra.mode != RunMode.MULTIRUN:
                log.error(message)
                sys.exit(1)
            log.error(f"Job {hydra.job.num} failed. {message}")
            summary = {"status": "failed", "reason": message.splitlines()[0]}
        self.ended(0 if hydra.mode != RunMode.MULTIRUN else hydra.job.num, summary["status"])
        if summary["status"] == "interrupted":
            raise KeyboardInterrupt  # or the sweep would go on with its next job
        return result(summary, config.metric)

    def ended(self, number: int, status: str) -> None:
        """Note how a job ended."""
        self.statuses[number] = status

    def train(self, config: DictConfig, directory: Path) -> dict[str, Any]:
        from twinprop.config import schema

        checked = schema.check(schema.typed(config))

        from twinprop.run.single import execute

        return execute(checked, directory)

    def exit(self) -> None:
        """End the process with what became of the jobs."""
        failed = [number for number, status in self.statuses.items() if status == "failed"]
        if failed:
            from twinprop.text import ranges

            numbers = ranges(failed)
            sys.exit(f"{len(failed)} of {len(self.statuses)} jobs failed: {numbers}. The reasons are above.")
        if list(self.statuses.values()) == ["diverged"]:
            sys.exit(DIVERGED)


def wants_traceback() -> bool:
    """Whether the user asks for tracebacks; to be asked before `full_errors`."""
    return os.environ.get("HYDRA_FULL_ERROR") == "1"


@contextmanager
def full_errors() -> Iterator[None]:
    """Let exceptions through Hydra, which would otherwise print them and exit."""
    before = os.environ.get("HYDRA_FULL_ERROR")
    os.environ["HYDRA_FULL_ERROR"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["HYDRA_FULL_ERROR"]
        else:
            os.environ["HYDRA_FULL_ERROR"] = before


def flags(words: list[str]) -> argparse.Namespace:
    """Hydra's own options on the command line.

    Raises:
        TwinpropError: one of them is unknown or lacks its value.
    """
    from hydra._internal.utils import get_args_parser

    from twinprop.text import nearest

    parser = get_args_parser()
    parser.exit_on_error = False
    try:
        args, unknown = parser.parse_known_intermixed_args(words)
    except argparse.ArgumentError as error:
        raise TwinpropError(f"{error.argument_name}: {error.message}; see --help.") from error
    for word in unknown:
        key = word.lstrip("-")
        if "=" in key:
            raise TwinpropError(f"{word}: a key takes no dashes; write {key}.")
        near = nearest(word, (option for option in parser._option_string_actions if option.startswith("--")))
        raise TwinpropError(f"{word}: there is no such option.{near} Keys take no dashes: optimizer.lr=0.1.")
    return args


def explain_composition(error: BaseException, args: argparse.Namespace) -> str | None:
    """The message for what Hydra could not compose; None where the fault is not in what it was given."""
    frames = [frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(error.__traceback__)]
    if frames[-1].partition(".")[0] not in BLAMELESS:
        return None
    from hydra import initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra

    from twinprop.app.diagnose import HYDRA_ERRORS, diagnose, in_a_line, summary
    from twinprop.text import nearest

    folder = Path(args.config_path).absolute() if args.config_path else conf()
    if not folder.is_dir():
        return f"--config-path={args.config_path}: there is no such folder; leave it out for twinprop's own."
    name = args.config_name or "config"
    resolvers = [path.stem for path in folder.glob("*.yaml")]
    if name.removesuffix(".yaml") not in resolvers and not args.config_dir:
        return f"--config-name={name}: must be one of {', '.join(resolvers)}, from {folder}.{nearest(name, resolvers)}"
    words = [word for word in args.overrides if word != "hydra.mode=MULTIRUN"]
    if args.config_dir and Path(args.config_dir).is_dir():
        words.insert(0, f"hydra.searchpath=[file://{Path(args.config_dir).absolute()}]")
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(folder)):
        try:
            found = summary(diagnose(words, name, args.multirun))
        except HYDRA_ERRORS:
            found = None  # Hydra's own words are all there is
    return str(found) if found else in_a_line(error)


def main() -> None:
    """Run the command line in `sys.argv`."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    jobs = Jobs()
    args = None
    try:
        import hydra

        from twinprop.app.register import register

        args = flags(sys.argv[1:])
        register()
        decorate = hydra.main(execution_whitelist=TRUSTED, config_path=str(conf()), config_name="config")
        run: Callable[[], Any] = decorate(jobs)
        with full_errors():
            run()
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except Exception as error:
        message = None
        if not jobs.full_errors:
            message = explain(error) or (explain_composition(error, args) if args is not None else None)
        if message is None:
            raise
        sys.exit(message)
    jobs.exit()


def command() -> None:
    """`main` as all that a process does: it ends then, not half a second later, when Python has cleared torch away."""
    status: Any = 0
    try:
        main()
    except SystemExit as end:
        status = end.code or 0
    if not isinstance(status, int):
        print(status, file=sys.stderr)
        status = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
