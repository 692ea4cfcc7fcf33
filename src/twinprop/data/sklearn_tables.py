"""scikit-learn's own tables, which come with it: flowers, wines, tumours, and the course of a disease."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twinprop.data.table import Table
from twinprop.data.table_file import RawTable, counted
from twinprop.task import Classification, Regression, Task


@dataclass
class SklearnTable(Table):
    """A table of scikit-learn, whose target has its own name."""

    def loaded(self) -> Any:
        """What scikit-learn loads: `frame`, and the names of the classes in `target_names`."""
        raise NotImplementedError

    def table(self) -> RawTable:
        bunch = self.loaded()
        target = type(self).target
        frame = bunch.frame.rename(columns={"target": target})
        if "target_names" in bunch:
            frame[target] = [str(bunch.target_names[number]) for number in frame[target]]
        return RawTable(counted(frame), f"scikit-learn's {self.name}")

    def learns(self) -> type[Task] | None:
        return super().learns() or (Classification if self.target == type(self).target else None)


@dataclass
class Iris(SklearnTable):
    """150 flowers of three species, by the size of their leaves  (Fisher 1936)."""

    name: str = "iris"
    target: str | None = "species"

    def loaded(self) -> Any:
        from sklearn.datasets import load_iris

        return load_iris(as_frame=True)


@dataclass
class Wine(SklearnTable):
    """178 wines of three cultivars, by chemical analysis  (Forina et al. 1988)."""

    name: str = "wine"
    target: str | None = "cultivar"

    def loaded(self) -> Any:
        from sklearn.datasets import load_wine

        return load_wine(as_frame=True)


@dataclass
class BreastCancer(SklearnTable):
    """569 tumours, malignant or benign, by the shape of their cells' nuclei  (Street et al. 1993)."""

    name: str = "breast_cancer"
    target: str | None = "diagnosis"

    def loaded(self) -> Any:
        from sklearn.datasets import load_breast_cancer

        return load_breast_cancer(as_frame=True)


@dataclass
class Diabetes(SklearnTable):
    """442 patients, and a number for how far their diabetes went in a year  (Efron et al. 2004)."""

    name: str = "diabetes"
    target: str | None = "progression"

    def loaded(self) -> Any:
        from sklearn.datasets import load_diabetes

        return load_diabetes(as_frame=True, scaled=False)

    def learns(self) -> type[Task] | None:
        return Regression if self.task == "auto" and self.target == type(self).target else Table.learns(self)
