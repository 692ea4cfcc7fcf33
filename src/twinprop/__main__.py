"""`twinprop COMMAND`, or `python -m twinprop COMMAND`: all that can be done.

`train` and `sweep` are `python train.py` and `python train.py -m`, whose words Hydra reads. Any other command is a
module with `arguments(parser)` and `main(args)`, which returns the exit status. A new one is a line in `COMMANDS`; its
module is imported when it is asked for.
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


HOME = re.compile(r"~[\w.-]*[/\\]")
"""How a path in a home folder begins; `~key` of an override takes a key away."""

TRAINING = {"train": [], "sweep": ["-m"]}
"""Commands that Hydra reads, and the words that they stand for."""

COMMANDS = {
    "train": Command("twinprop.app.cli", "train a network; train --help lists the keys"),
    "sweep": Command("twinprop.app.cli", "train one for each of several values: optimizer.lr=0.03,0.1"),
    "gradcheck": Command("twinprop.commands.gradcheck", "check gradients written by hand, ours or your own"),
    "evaluate": Command("twinprop.commands.evaluate", "measure a trained network again, on other samples too"),
    "predict": Command("twinprop.commands.predict", "what a trained network takes images, rows or tables for"),
    "data": Command("twinprop.commands.data", "what a data set holds, and what of a table is taken for what"),
    "summary": Command("twinprop.commands.summary", "the layers of a network: shapes, parameters, work, memory"),
    "export": Command("twinprop.commands.export", "a trained network for other programs: ONNX, TorchScript, npz"),
    "step": Command("twinprop.commands.step", "one update of a small network, each number and formula on paper"),
    "draw": Command("twinprop.commands.draw", "a page on which what you draw is classified, layer by layer"),
    "resume": Command("twinprop.commands.resume", "go on with a run or a sweep where it was left"),
    "runs": Command(
        "twinprop.commands.runs", "list runs: what varied, status, results; as a table, JSON, CSV, Markdown"
    ),
    "show": Command("twinprop.commands.show", "all that is known of a run"),
    "diff": Command("twinprop.commands.diff", "in what two runs differ: keys, versions, results"),
    "board": Command("twinprop.commands.board", "TensorBoard with readable names, and of many runs the best"),
    "tag": Command("twinprop.commands.tag", "give a run a name: best-so-far"),
    "rm": Command("twinprop.commands.rm", "remove runs and sweeps, and never what is in training"),
    "report": Command("twinprop.commands.report", "tables of runs, sweeps and twins, and a picture of each sweep"),
}


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The command line, with the module of its command in `module`; ends the process where it asks for help.

    Raises:
        TwinpropError: there is no such command.
    """
    from twinprop.errors import TwinpropError
    from twinprop.text import as_typed, nearest

    name, *rest = words or ["--help"]
    program = as_typed("python -m twinprop")
    if name.startswith("-"):
        overview(program).parse_args([name])
    if name not in COMMANDS:
        raise TwinpropError(f"{name}: there is no such command.{nearest(name, COMMANDS)} See {program} --help.")
    module = import_module(COMMANDS[name].module)
    parser = argparse.ArgumentParser(f"{program} {name}", formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.set_defaults(module=module)
    module.arguments(parser)
    parser.description = as_typed(parser.description or "")
    return parser.parse_args([with_home(word) for word in rest])


def overview(program: str) -> argparse.ArgumentParser:
    """What reads a line without a command: its help lists them all."""
    from twinprop import __version__

    width = max(map(len, COMMANDS))
    listed = "\n".join(f"  {name:{width}}  {purpose}" for name, (_, purpose) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog=program,
        usage=f"{program} COMMAND ...",
        description=f"Small neural networks, trained twice: by hand and with PyTorch.\n\n{listed}",
        epilog=f"{program} COMMAND --help explains a command. Each takes plugins=FILE.py: classes of your own.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    version = f"twinprop {__version__}"
    parser.add_argument("--version", action="version", version=version, help="show the version and exit")
    return parser


def with_home(word: str) -> str:
    """A word with the home folder in place of `~` where it is a path, or an option with a path: `--to=~/x`."""
    from twinprop.text import at_home

    option, equals, value = word.partition("=") if word.startswith("-") else ("", "", word)
    return f"{option}{equals}{at_home(value)}" if value == "~" or HOME.match(value) else word


def without_plugins(words: Sequence[str]) -> Sequence[str]:
    """The words of a command, once the plugins are loaded that it names: `plugins=mine.py`."""
    if not any(word.startswith("plugins=") for word in words):
        return words
    from twinprop.app.home import expand
    from twinprop.app.plugin_words import take

    return take(expand(words))


def main(words: Sequence[str] | None = None) -> int:
    """Run a command; a mistake that a user can mend is told in one message, without a traceback."""
    from twinprop.app import cli
    from twinprop.app.ending import say, unread
    from twinprop.app.hydra_main import wants_traceback
    from twinprop.app.ranks import only_the_first
    from twinprop.errors import explain

    only_the_first()
    words = sys.argv[1:] if words is None else words
    if words and words[0] in ("-sc", "--shell-completion"):
        from twinprop.app.completion import complete_commands

        if asked := complete_commands(words, COMMANDS, TRAINING):
            cli.run(asked)
        return 0
    if words and words[0] in TRAINING:
        cli.run([*TRAINING[words[0]], *words[1:]])
        return 0
    try:
        args = parse(without_plugins(words))
        return int(args.module.main(args))
    except BrokenPipeError:
        unread()
        return 0
    except KeyboardInterrupt:
        say("Interrupted.")
        return cli.INTERRUPTED
    except Exception as error:
        message = None if wants_traceback() else explain(error)
        if message is None:
            raise
        say(message)
        return 1


def command() -> None:
    """The console command `twinprop`: `main`, and the end of the process."""
    from twinprop.app.ending import run

    run(main)


if __name__ == "__main__":
    command()
