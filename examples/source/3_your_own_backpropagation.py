# %% [markdown]
# # Check your own backpropagation
#
# A layer of your own, in a file as you would hand it in. Its bias is summed over the wrong array.

# %%
from pathlib import Path

Path("net.py").write_text('''
import numpy as np


class Linear:
    def __init__(self, inputs, outputs):
        self.W = 0.1 * np.random.randn(inputs, outputs)
        self.b = np.zeros(outputs)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy):
        self.dW = self.x.T @ dy
        self.db = self.dW.sum(axis=0)
        return dy @ self.W.T
''')

# %%
!python -m twinprop gradcheck --layer net.py:Linear --args 4 3

# %% [markdown]
# Mended:

# %%
text = Path("net.py").read_text().replace("self.dW.sum(axis=0)", "dy.sum(axis=0)")
Path("net.py").write_text(text)
!python -m twinprop gradcheck --layer net.py:Linear --args 4 3

# %% [markdown]
# An activation of your own, beside its PyTorch twin. Registered, it trains as ours do; a wrong derivative is told when it
# is first used.

# %%
import torch

import twinprop
from twinprop.scratch import Activation


class TorchCube(torch.nn.Module):
    def forward(self, z):
        return z**3


@twinprop.activation("cube", torch=TorchCube)
class Cube(Activation):
    """f(z) = z³"""

    def forward(self, z, training=False):
        self.z = z
        return z * z * z

    def backward(self, da, need_dx=True):
        return 2 * self.z * self.z * da  # wrong: it is 3 z²


twinprop.train("data=moons", "model.activation=cube", "model.backend=scratch", "train.epochs=5")

# %% [markdown]
# With the right one, both twins agree:

# %%
@twinprop.activation("cube", torch=TorchCube)
class Cube(Activation):
    """f(z) = z³"""

    def forward(self, z, training=False):
        self.z = z
        return z * z * z

    def backward(self, da, need_dx=True):
        return 3 * self.z * self.z * da


words = ["data=moons", "model.activation=cube", "train.epochs=5", "model.dtype=float64"]
runs = [twinprop.train(*words, f"model.backend={backend}") for backend in ("scratch", "torch")]
difference = (runs[0].metrics["train_loss"] - runs[1].metrics["train_loss"]).abs().max()
print(f"largest difference of the training loss: {difference:.1e}")
