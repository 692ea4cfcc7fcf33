"""What cs324's script would learn as printed: python benchmarks/zero_batch_norm.py FILE.json [OVERRIDE ...]

As printed, it sets the weights of batch norm to 1 and at once to 0, where the second line was meant for the biases. So
the CNN of experiment=cs324_cifar_cnn is trained by hand for some steps from such weights, and from the right ones.
Overrides say where the images are, such as data=image_folder data.root=FOLDER.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from twinprop.app.compose import compose
from twinprop.learners.build import initial_parameters, scratch_layers
from twinprop.run.directory import write_atomically
from twinprop.scratch import Adam, CrossEntropyLoss, Network
from twinprop.scratch.network import views

STEPS, BATCH = 20, 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, metavar="FILE.json", help="where to write losses and gradients")
    parser.add_argument("overrides", nargs="*", metavar="OVERRIDE")
    args = parser.parse_args()
    config = compose(["experiment=cs324_cifar_cnn", f"data.limit={STEPS * BATCH}", *args.overrides])
    dataset = config.data.load()
    specs = config.model.layers(dataset.shape, dataset.outputs)
    rows = []
    for printed in (False, True):
        layers = scratch_layers(specs)
        drawn = initial_parameters(specs, config.model, config.seed)
        for spec in specs if printed else ():
            if spec.kind.startswith("batch_norm"):
                drawn[f"{spec.name}.weight"][...] = 0
        vector = np.concatenate([value.ravel() for value in drawn.values()]).astype(np.float32)
        network = Network(layers, parameters=vector)
        loss, optimizer = CrossEntropyLoss(), Adam(lr=config.optimizer.lr)
        for step in range(STEPS):
            batch = slice(step * BATCH, (step + 1) * BATCH)
            value = float(loss.forward(network.forward(dataset.train.x[batch], training=True), dataset.train.y[batch]))
            network.backward(loss.backward())
            gradients = views(network.gradients, network.shapes)
            moved = [name for name, gradient in gradients.items() if np.any(gradient)]
            of = len(network.shapes)
            rows.append({"printed": printed, "step": step + 1, "loss": value, "moved": moved, "of": of})
            which = "as printed" if printed else "right"
            print(f"{which}, step {step + 1}: loss {value:.4f}; {len(moved)} of {of} have a gradient", flush=True)
            optimizer.step(network)
    write_atomically(args.file, json.dumps({"rows": rows}, indent=1).encode())


if __name__ == "__main__":
    main()
