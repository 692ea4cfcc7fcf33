"""Train one network, or sweep over many: `python train.py --help`."""

from twinprop.cli import command

if __name__ == "__main__":
    command()
