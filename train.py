"""Train one network, or sweep over many: `python train.py --help`."""

from twinprop.app.cli import main
from twinprop.app.ending import run

if __name__ == "__main__":
    run(main)
