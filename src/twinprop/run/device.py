"""Which device trains, and how many threads it gets."""

from __future__ import annotations

import ctypes
import os
import sys

import psutil
from threadpoolctl import ThreadpoolController

from twinprop.arrays.blas import scipy_blas
from twinprop.config.schema import Config
from twinprop.errors import DeviceError
from twinprop.learners.footprint import by_layer
from twinprop.run.showing import only_shows

SMALL_PRODUCT = 2e7
"""Multiply-adds in a batch's largest matrix product below which a second thread costs more than it brings."""


def resolve(device: str) -> str:
    """`cpu`, `cuda:N` or `mps`: `auto` takes the best that is there.

    Raises:
        DeviceError: the device is not there.
    """
    count, mps = 0, False
    if may_have_gpu():
        import torch

        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        mps = torch.backends.mps.is_available()
    if device == "auto":
        return "cuda:0" if count else "mps" if mps else "cpu"
    there = ["cpu", *(f"cuda:{number}" for number in range(count)), *(["mps"] if mps else [])]
    found = "cuda:0" if device == "cuda" else device
    if found not in there:
        raise DeviceError(
            f"device={device}: not on this machine, which has {', '.join(there)}; use one of these, or device=auto."
        )
    return found


def may_have_gpu() -> bool:
    """Whether a GPU's driver is there, so that PyTorch should be asked, which takes long to load."""
    if "torch" in sys.modules or sys.platform == "darwin" or os.path.exists("/dev/kfd"):
        return True
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True


def compute_exactly(device: str) -> None:
    """Have NVIDIA's libraries multiply in the precision that was asked for, and alike each time."""
    if not device.startswith("cuda"):
        return
    import torch

    torch.backends.cudnn.allow_tf32 = False  # by default, convolutions keep 10 bits of float32's 23
    torch.backends.cudnn.deterministic = True
    # https://docs.nvidia.com/cuda/cublas/#results-reproducibility
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


def threads_for(config: Config, shape: tuple[int, ...], samples: int, available: int | None = None) -> int:
    """How many threads matrix products should use on the CPU, which has `available` cores; None is this machine.

    The number depends on the network and the batch alone, so that equal runs give equal bits. Networks
    with small products are fastest on one thread. The environment variable OMP_NUM_THREADS decides
    where it is set.
    """
    asked = os.environ.get("OMP_NUM_THREADS", "")
    threads = int(asked) if asked.isdigit() and int(asked) > 0 else 0
    if not threads:
        needs = [need for _, need in by_layer(config.model.layers(shape, 2), shape).values()]
        if config.model.backend == "scratch":
            # a cell or a convolution by hand multiplies by its weight anew at each step or pixel
            largest = max(min(need.multiply_adds, need.parameters) for need in needs)
        else:
            largest = max(need.multiply_adds for need in needs)
        threads = 1 if config.train.samples_of(samples) * largest < SMALL_PRODUCT else available or cores()
    return threads


def use_threads(threads: int, backend: str) -> None:
    """Set how many threads matrix products use, of NumPy and, where the backend is `torch`, of PyTorch."""
    scipy_blas()  # loaded now, so that its threads are set below
    if backend == "torch" or "torch" in sys.modules:
        import torch

        torch.set_num_threads(threads)
    for library in ThreadpoolController().lib_controllers:
        # SciPy brings a BLAS of its own, whose waiting threads would take the cores from NumPy's
        library.set_num_threads(1 if "scipy.libs" in library.filepath else threads)


def free_memory() -> int | None:
    """Bytes of memory that are free; None where the system does not tell, which ends nothing."""
    with only_shows("the free memory"):
        return int(psutil.virtual_memory().available)
    return None


def memory_left() -> float | None:
    """The share of memory that is free; None where the system does not tell, which ends nothing."""
    with only_shows("the free memory"):
        memory = psutil.virtual_memory()
        return float(memory.available / memory.total)
    return None


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
