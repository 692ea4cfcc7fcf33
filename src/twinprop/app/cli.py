"""The command line: Hydra's, with mistakes told in one message and no traceback."""

from __future__ import annotations

import argparse
import atexit
import gc
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from twinprop.app.composition_errors import explain_composition
from twinprop.app.ending import say, unread
from twinprop.app.home import expand
from twinprop.app.hydra_main import hydra_main, wants_traceback
from twinprop.app.plugin_words import take
from twinprop.app.ranks import only_the_first
from twinprop.app.records import refuse_record
from twinprop.app.training_task import TrainingTask
from twinprop.errors import TwinpropError, explain
from twinprop.training.interrupt import on_ending_signals

INTERRUPTED = 130
"""Exit status of what a signal ended."""


@contextmanager
def without_collecting() -> Iterator[None]:
    """Import without looking for garbage, then or later, among what stays: a seventh of the time of a refusal."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        atexit.register(gc.unfreeze)  # or libraries would take what lives until the end for leaked
        gc.enable()


def parse_options(words: list[str]) -> argparse.Namespace:
    """Hydra's own options on the command line, and the overrides.

    Raises:
        TwinpropError: one of them is unknown or lacks its value.
    """
    from twinprop.app.hydra_internals import argument_parser
    from twinprop.text import nearest

    parser, knows_all = argument_parser()
    parser.exit_on_error = False
    try:
        args, unknown = parser.parse_known_intermixed_args(words)
    except argparse.ArgumentError as error:
        raise TwinpropError(f"{error.argument_name}: {error.message}; see --help.") from error
    for word in unknown:
        key = word.lstrip("-")
        if "=" in key:
            raise TwinpropError(f"{word}: a key takes no dashes; write {key}.")
        if knows_all:
            near = nearest(word, re.findall(r"--[a-z-]+", parser.format_usage()))
            raise TwinpropError(f"{word}: there is no such option.{near} Keys take no dashes: optimizer.lr=0.1.")
    return args


def check_query(word: str) -> None:
    """Whether a shell asks for completions.

    Raises:
        TwinpropError: somebody else does.
    """
    from twinprop.app.completion import LINE  # which imports the schema, and NumPy with it

    if LINE not in os.environ:
        raise TwinpropError(f"{word}: is asked by a shell, which says in {LINE} what was typed.")


def main() -> None:
    """Run the command line in `sys.argv`."""
    only_the_first()
    run(sys.argv[1:])


def run(words: list[str]) -> None:
    """Do what a command line asks for, and end the process where that fails.

    Args:
        words: without the program's name.
    """
    on_ending_signals(signal.default_int_handler)  # outside training as Ctrl-C is
    task = TrainingTask(wants_traceback())
    args = None
    try:
        with without_collecting():
            words = take(expand(words))
            args = parse_options(words)
            query = next((word for word in words if word.startswith("query=")), None)
            if args.shell_completion and query is not None:
                check_query(query)
            refuse_record({"--config-path": args.config_path, "--config-dir": args.config_dir})
            import_module("twinprop.app.register")
        hydra_main(task, words)
        if "install=bash" in words and {"-sc", "--shell-completion"} & {*words}:
            from twinprop.app.completion import BASH  # which imports the schema, and NumPy with it

            print(BASH)
    except KeyboardInterrupt:
        say("Interrupted.")
        sys.exit(INTERRUPTED)
    except Exception as error:
        if isinstance(error, BrokenPipeError) and not task.statuses:
            unread()
            return
        message = None
        if not task.full_errors:
            message = explain(error) or (explain_composition(error, args) if args is not None else None)
        if message is None:
            raise
        sys.exit(message)
    task.exit()
