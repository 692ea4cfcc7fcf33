"""What the system and libraries say where memory is not enough is told as that, and not with a traceback."""

import pytest

from twinprop.errors import explain

SAID = [
    ImportError("libc10.so: failed to map segment from shared object"),
    RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes."),
    RuntimeError("can't start new thread"),
    MemoryError(),
]


@pytest.mark.parametrize("error", SAID, ids=repr)
def test_a_lack_of_memory_is_explained(error: Exception) -> None:
    assert str(explain(error)).startswith("Out of memory (")


def test_another_error_of_a_library_is_not() -> None:
    assert explain(ImportError("no module named torch")) is None
