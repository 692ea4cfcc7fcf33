"""scikit-learn's own tables, which come with it: flowers, wines, tumours, and the course of a disease."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

from twinprop.data.table import Table
from twinprop.data.table_file import RawTable, counted
from twinprop.task import Classification, Regression, Task


@dataclass
class SklearnTable(Table):
    """What scikit-learn's function `load_NAME` loads; the target has a name of its own here.

    Attributes:
        learnt: what is learnt of that target, unless `data.task` says it.
        options: further arguments of the function.
    """

    learnt: ClassVar[type[Task]] = Classification
    options: ClassVar[dict[str, Any]] = {}

    def table(self) -> RawTable:
        load = getattr(import_module("sklearn.datasets"), f"load_{self.name}")
        bunch = load(as_frame=True, **self.options)
        target = type(self).target
        frame = bunch.frame.rename(columns={"target": target})
        if "target_names" in bunch:
            frame[target] = [str(bunch.target_names[number]) for number in frame[target]]
        return RawTable(counted(frame), f"scikit-learn's {self.name}")

    def learns(self) -> type[Task] | None:
        return super().learns() or (self.learnt if self.target == type(self).target else None)


@dataclass
class Iris(SklearnTable):
    """150 flowers of three species, by the size of their leaves  (Fisher 1936)."""

    name: str = "iris"
    target: str | None = "species"


@dataclass
class Wine(SklearnTable):
    """178 wines of three cultivars, by chemical analysis  (Forina et al. 1988)."""

    name: str = "wine"
    target: str | None = "cultivar"


@dataclass
class BreastCancer(SklearnTable):
    """569 tumours, malignant or benign, by the shape of their cells' nuclei  (Street et al. 1993)."""

    name: str = "breast_cancer"
    target: str | None = "diagnosis"


@dataclass
class Diabetes(SklearnTable):
    """442 patients, and a number for how far their diabetes went in a year  (Efron et al. 2004)."""

    name: str = "diabetes"
    target: str | None = "progression"
    learnt: ClassVar[type[Task]] = Regression
    options: ClassVar[dict[str, Any]] = {"scaled": False}
