"""`python -m twinprop tag RUN NAME...`: give a run names, by which `runs --tag`, `show`, `diff` and others know it.

A tag may be given to many runs. `--move` takes it from those below `outputs` that have it: best-so-far is one run.
"""

from __future__ import annotations

import argparse

from twinprop.commands.show import one
from twinprop.errors import TwinpropError
from twinprop.run.index import entries
from twinprop.run.selection import OUTPUTS, here
from twinprop.run.tags import change_tags, check_tag
from twinprop.text import shown


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.add_argument("run", metavar="RUN", help="a run's directory, the beginning of its path, or a tag")
    parser.add_argument("names", nargs="*", metavar="NAME", help="tags to give; without one, its tags are listed")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--move", action="store_true", help="from whichever runs have it now")
    form.add_argument("--remove", action="store_true", help="take the tags away")


def main(args: argparse.Namespace) -> int:
    names = [check_tag(name) for name in args.names]
    entry = one(args.run)
    unknown = sorted(set(names) - set(entry.tags))
    if args.remove:
        if unknown:
            has = ", ".join(entry.tags) or "none"
            raise TwinpropError(f"{entry.path}: has no tag {', '.join(unknown)}; its tags: {has}.")
        tags = change_tags(entry.path, remove=names)
    elif names:
        tags = change_tags(entry.path, add=names)  # first, so that a tag is on a run whatever happens
        for other in entries(OUTPUTS) if args.move and OUTPUTS.is_dir() else []:
            if other.path != entry.path and set(names) & set(other.tags):
                change_tags(other.path, remove=names)
                print(shown(f"{here(other.path)}: {', '.join(set(names) & set(other.tags))} taken away"))
    else:
        tags = entry.tags
    print(shown(f"{here(entry.path)}: {', '.join(tags) or 'no tags'}"))
    if names and not args.remove and not entry.path.resolve().is_relative_to(OUTPUTS.resolve()):
        print(f"It is not below {OUTPUTS}, where runs are found by their tags; name it by its path.")
    return 0
