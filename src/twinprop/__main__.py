"""`python -m twinprop COMMAND`: everything but training, which is `train.py`.

A command is a module with `arguments(parser)` and `main(args)`, which returns the exit status. A new
one is a line in `COMMANDS`; its module is imported when it is asked for.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple


class Command(NamedTuple):
    """Where a command's code is, and what it is for in a line."""

    module: str
    purpose: str


HOME = re.compile(r"~[\w.-]*/")
"""How a path in a home folder begins; `~key` of an override takes a key away."""

COMMANDS = {
    "gradcheck": Command("twinprop.commands.gradcheck", "check gradients written by hand, ours or your own"),
    "predict": Command("twinprop.commands.predict", "what a trained network takes image files for"),
    "resume": Command("twinprop.commands.resume", "go on with a run or a sweep where it was left"),
    "report": Command("twinprop.commands.report", "tables of runs, sweeps and twins, and a picture of each sweep"),
}


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The command line, with the module of its command in `module`; ends the process where it cannot be read."""
    parser = argparse.ArgumentParser(
        prog="python -m twinprop",
        description="Small neural networks, trained by hand and with PyTorch. To train: python train.py.",
    )
    commands = parser.add_subparsers(required=True, dest="command", metavar="COMMAND")
    for name, (module, purpose) in COMMANDS.items():
        own = commands.add_parser(name, help=purpose, formatter_class=argparse.RawDescriptionHelpFormatter)
        own.set_defaults(module=module)
        if name in words:
            import_module(module).arguments(own)
    return parser.parse_args([with_home(word) for word in words])


def with_home(word: str) -> str:
    """A word with the home folder in place of `~` where it is a path, or an option with a path: `--to=~/x`."""
    from twinprop.text import at_home

    option, equals, value = word.partition("=") if word.startswith("-") else ("", "", word)
    return f"{option}{equals}{at_home(value)}" if value == "~" or HOME.match(value) else word


def main(words: Sequence[str] | None = None) -> int:
    """Run a command; a mistake that a user can mend is told in one message, without a traceback."""
    from twinprop.app.cli import INTERRUPTED
    from twinprop.app.ending import say
    from twinprop.app.hydra_main import wants_traceback
    from twinprop.errors import explain

    try:
        args = parse(sys.argv[1:] if words is None else words)
        return int(import_module(args.module).main(args))
    except KeyboardInterrupt:
        say("Interrupted.")
        return INTERRUPTED
    except Exception as error:
        message = None if wants_traceback() else explain(error)
        if message is None:
            raise
        say(message)
        return 1


if __name__ == "__main__":
    from twinprop.app.ending import run

    run(main)
