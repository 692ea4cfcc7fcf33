"""`python -m twinprop gradcheck`: the configured network, or with --layer a class of your own."""

from __future__ import annotations

import argparse
import json
from typing import Any

from twinprop.errors import TwinpropError

DESCRIPTION = """\
Check gradients written by hand. docs/gradcheck.md explains all of it.

  python -m twinprop gradcheck                               the default network
  python -m twinprop gradcheck model.activation=tanh         any other
  python -m twinprop gradcheck --layer net:Linear --args 4 3 a class of your own, in net.py
  python -m twinprop gradcheck --layer 'submissions/*/net.py:Linear' --args 4 3 --csv grades.csv

Exit status: 0 if all gradients are right, 1 if one is wrong or could not be checked, 3 if all are right but
something else is to be mended, as an exponential that overflows."""

STATUS = {"right": 0, "wrong": 1, "error": 1, "right, but": 3}
"""The exit status of each verdict about a class."""


OWN = ("args", "input", "targets", "classes", "constant", "json", "csv")
"""Options that belong to a class of one's own."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.description = DESCRIPTION
    parser.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="keys of the network, as in training")
    own = parser.add_argument_group("a class of your own")
    own.add_argument("--layer", metavar="MODULE:CLASS", help="the class; a path/to/file.py:CLASS will do, too")
    own.add_argument("--args", nargs="+", default=[], metavar="A", help="arguments of its constructor: 4 3 p=0.5")
    own.add_argument("--input", nargs="+", type=int, metavar="N", help="shape of x: 5 4 is 5 samples of 4 features")
    own.add_argument("--targets", choices=("onehot", "binary", "labels", "real"), help="what a loss is given as y")
    own.add_argument("--classes", type=int, metavar="N", help="number of classes, or of outputs")
    own.add_argument("--constant", nargs="+", default=[], metavar="NAME", help="arrays that are no parameters")
    own.add_argument("--json", action="store_true", help="print the report as JSON")
    own.add_argument("--csv", metavar="FILE", help="check every file that --layer's pattern fits; a row for each")
    own.add_argument("--timeout", type=float, default=60, metavar="S", help="seconds for each, with --csv (60)")
    own.add_argument("--seed", type=int, default=0, metavar="N", help="of the numbers that are drawn (0)")


def main(args: argparse.Namespace) -> int:
    """Run the check, print what was found, and return the exit status."""
    if args.layer is None:
        given = [name for name in OWN if getattr(args, name)]
        if given:
            raise TwinpropError(f"--{given[0]}: belongs to a class of your own; name it by --layer module:Class.")
        return check_configured(args.overrides)
    if args.overrides:
        raise TwinpropError(
            f"{args.overrides[0]}: keys choose the configured network; leave them out, or leave out --layer."
        )
    sizes = [*(args.input or [1]), 1 if args.classes is None else args.classes]
    if min(sizes) < 1 or args.seed < 0:
        raise TwinpropError("--input and --classes take whole numbers of at least 1, --seed of at least 0.")
    if args.timeout <= 0:
        raise TwinpropError("--timeout takes seconds, more than 0.")
    options = {name: getattr(args, name) for name in ("args", "input", "targets", "classes", "constant", "seed")}
    if args.csv:
        from twinprop.commands.gradcheck.submissions import check_submissions

        return check_submissions(args.layer, options, args.csv, args.timeout)
    return check_own(args.layer, options, args.json)


def check_own(layer: str, options: dict[str, Any], as_json: bool) -> int:
    """Check what `--layer` names, and print what was found; the status is that of the worst.

    Raises:
        TwinpropError: the only thing that it names cannot be checked.
    """
    from twinprop.commands.gradcheck.one import VERDICTS, check, checks

    if as_json:
        data = check(layer, options)
        print(json.dumps(data, indent=2))
        return STATUS[data["verdict"]]
    from twinprop.gradcheck.report import report_text

    verdicts = {}
    for name, found in checks(layer, options):
        if name != layer:
            print(f"--- {name}")
        elif isinstance(found, TwinpropError):
            raise found
        verdicts[name] = "error" if isinstance(found, TwinpropError) else found.verdict
        print(found if isinstance(found, TwinpropError) else report_text(found), flush=True)
        print("\n" if name != layer else "", end="")
    if layer not in verdicts:
        words = {"error": "not checked"}
        told = [f"{name.rpartition(':')[2]} {words.get(one, one)}" for name, one in verdicts.items()]
        print(f"{len(verdicts)} in {layer}: {'; '.join(told)}.")
    return STATUS[max(verdicts.values(), key=VERDICTS.index)]


def check_configured(overrides: list[str]) -> int:
    from twinprop.app.compose import compose

    # before torch, so that a mistake is told at once; what is checked is by hand, whether PyTorch has it or not
    config = compose([*overrides, "model.backend=scratch"])

    from twinprop.commands.gradcheck.network import check_network
    from twinprop.commands.gradcheck.network_report import report_text

    result = check_network(config)
    print(report_text(result))
    return 0 if result.passed else 1
