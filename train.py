"""Train one network, or sweep over many: `python train.py --help`."""

from twinprop.app.cli import main

if __name__ == "__main__":
    main()
