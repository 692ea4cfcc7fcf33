"""Makes the notebooks of this folder from source/*.py, and executes them: `python examples/build.py [NAME...]`.

A source is Python in cells, which `# %%` begins, and `# %% [markdown]` those of text. Needs nbclient and ipykernel, of
the extra `dev`; all data comes with scikit-learn.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SOURCES = HERE / "source"
CELL = re.compile(r"^# %%(.*)\n", re.MULTILINE)


def cells(text: str) -> list[Any]:
    """The cells of a source."""
    from nbformat import v4

    found = []
    _, *parts = CELL.split(text)
    for number, (kind, body) in enumerate(zip(parts[::2], parts[1::2], strict=True)):
        if "[markdown]" in kind:
            lines = [line.removeprefix("#").removeprefix(" ") for line in body.strip().splitlines()]
            found.append(v4.new_markdown_cell("\n".join(lines), id=f"cell-{number}"))
        else:
            found.append(v4.new_code_cell(body.strip(), id=f"cell-{number}"))
    return found


def executed(source: Path) -> Any:
    """The notebook of a source, executed in an empty folder.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell raises an error that it is not meant to raise.
    """
    from nbclient import NotebookClient
    from nbformat import v4

    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = v4.new_notebook(cells=cells(source.read_text("utf-8")), metadata={"kernelspec": kernel})
    for cell in notebook.cells:
        if cell.source.startswith("# raises"):
            cell.metadata["tags"] = ["raises-exception"]
    # `!python` in a cell is this Python
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(notebook, resources={"metadata": {"path": folder}}, timeout=None)
        client.execute(env={**os.environ, "PATH": path})
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # when it ran
        for output in cell.get("outputs", []):
            output.pop("transient", None)
    return notebook


def main(names: list[str]) -> None:
    """Write the notebooks of these names, or all."""
    import nbformat

    for source in sorted(SOURCES.glob("*.py")):
        if not names or source.stem in names:
            nbformat.write(executed(source), HERE / f"{source.stem}.ipynb")
            print(f"examples/{source.stem}.ipynb")


if __name__ == "__main__":
    main(sys.argv[1:])
