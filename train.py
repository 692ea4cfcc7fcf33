"""Train one network, or sweep over many: `python train.py --help`.

What Hydra decorates is in twinprop.app.hydra_main; its completion in bash looks for the word @hydra.main in this file.
"""

from twinprop.app.cli import main
from twinprop.app.ending import run

if __name__ == "__main__":
    run(main)
