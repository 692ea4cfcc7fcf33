"""`python -m twinprop draw RUN...`: a page on which what you draw is classified as you draw it, by one or several runs.

It shows what each network sees, the outputs of its layers and the weights of the first. The page is for this computer
alone, and its address holds a word that nobody else can know. RUN is a directory, the beginning of its path, or a tag.
"""

from __future__ import annotations

import argparse

from twinprop.run.saved import load
from twinprop.run.selection import resolve


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.add_argument("runs", nargs="+", metavar="RUN", help="runs on images, such as those of twins")
    parser.add_argument("--port", type=int, default=0, help="of the page; any that is free if left out")


def main(args: argparse.Namespace) -> int:
    from twinprop.commands.draw.classifier import Classifier
    from twinprop.commands.draw.server import serve

    return serve([Classifier(load(resolve(word))) for word in args.runs], args.port)
