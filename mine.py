import torch

import twinprop
from twinprop.scratch import Activation


class Cube(torch.nn.Module):
    def forward(self, z):
        return z**3


@twinprop.activation("cube", torch=Cube)
class CubeByHand(Activation):
    def forward(self, z, training=False):
        self.z = z
        return z**3

    def backward(self, da, need_dx=True):
        return da * 3 * self.z**2
