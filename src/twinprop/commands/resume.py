"""`python -m twinprop resume DIR [train.epochs=60]`: go on with a run or a sweep where it was left.

The results are those, to the last bit, of a run that was never interrupted. What has ended stays as it is; given a
longer training, as with `train.epochs=60`, it goes on as well.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from twinprop.app.resume import resume


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.add_argument("directory", metavar="DIR", type=Path, help="of a run or a sweep")
    parser.add_argument("words", nargs="*", metavar="KEY=VALUE", help="how long to train: train.epochs=60")
    parser.add_argument("--force", action="store_true", help="although the code, the data or a key has changed")


def main(args: argparse.Namespace) -> int:
    return resume(args.directory, args.words, args.force)
