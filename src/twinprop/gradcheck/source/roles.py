"""What an argument of a method is for, as its name tells: the input, the targets, a gradient, a rate, a flag."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from twinprop.gradcheck.source.lending import module_of, object_for, rank, use_of
from twinprop.gradcheck.source.sources import entries_named, keeps_if, nodes_of, picks_classes, tested_bare
from twinprop.gradcheck.source.words import words_compared

NAMES = {
    "training": "training train istraining istrain trainmode trainflg trainflag trainphase savecache "
    "storecache keepcache savegrad requiresgrad",
    "testing": "testing test istesting istest evaluate evalmode inference",
    "optimizer": "optimizer optimiser optim opt optimizerfn optimizerw optimizerb woptimizer boptimizer wopt bopt optw "
    "optb weightsoptimizer biasoptimizer weightoptimizer solver updater",
    "rate": "lr learningrate rate eta alpha stepsize lrate learnrate",
    "count": "batchsize m nsamples numsamples nexamples numexamples samplecount",
    "penalty": "reg lambda lambd lamb lam l2 l2reg l2lambda lambda2 weightdecay regstrength reglambda regularization",
    "before": "prevlayer previouslayer layerbefore",
    "cache": "cache caches ctx context memory stored saved tape residuals",
    "y": "y t target targets label labels ytrue ybatch ytrain ydata yenc truth groundtruth actual onehot yonehot "
    "expected desired correct gt answer answers truey yi ys trues tgt desiredoutput groundtruths "
    "alvo alvos ziel ziele sollwert cible cibles objetivo objetivos etiqueta etiquetas rotulo rotulos esperado "
    "hedef hedefler cel cele clean",
    "out": "yhat ypred pred preds predicted prediction predictions output outputs out o outputnodes outputlayer "
    "prob probs probabilities scores al p a yp predictedoutput logits "
    "tahmin vorhersage prediccion previsao wynik cikti ausgabe ao",
    "x": "x xs input inputs inputnodes inputlayer inp data xdata xbatch xtrain image images xi ininput xinput inputx "
    "feature features sample sampleset entrada entradas eingabe entree entrees noisy",
}
"""Names of arguments, without underscores and in lower case."""

ROLES = {name: role for role, names in NAMES.items() for name in names.split()}

TARGET = re.compile(
    r"(y|z)?_?(true|actual|correct|expected|desired|real|gold|ground)\w*|\w*(labels?|targets?|truth|onehot)"
)
"""What is to be learnt, by the words in a name."""

UPSTREAM = re.compile(
    r"(?!data|dim|depth|drop|dict|devi|debug|degree|decay|distan|dtype|update|upsampl)"
    r"(d|jac|grad|up|delta|err|accum|nextgrad|nextd|chain).*|g|g[yzhcsox](t|next|prev|new|out)?|gout|"
    r"gnext|e|.*(grad|gradient|error|delta|err)s?"
)
"""A gradient that comes from above."""

COUNT = re.compile(r"(n|nb|nr|num|number)_?(of)?_?(label|target|class|output|input|hidden|unit|feature)\w*|\w+_?size")
"""How many of something there are."""

CACHE = re.compile(r"\w+caches?")

OUTPUT = re.compile(r"\w+(output|prediction|predicted|probabilit(y|ie))s?")

FLAGS = ("training", "testing")

SETTINGS = (*FLAGS, "rate", "optimizer", "fixed", "held", "count", "before", "penalty")
"""Roles of what every method is given that asks for it, and that is no number to compute with."""


LETTERS = str.maketrans(
    {
        "ŷ": "yhat",
        "α": "alpha",
        "β": "beta",
        "γ": "gamma",
        "δ": "delta",
        "ε": "eps",
        "η": "eta",
        "θ": "theta",
        "λ": "lambda",
        "μ": "mu",
        "σ": "sigma",
        "φ": "phi",
        "ω": "omega",
        "∂": "d",
        "∇": "grad",
    }
)
"""How letters that a formula has are spelled."""


def word_of(name: str) -> str:
    """A name in lower case, without underscores, its Greek letters spelled out."""
    return name.lower().replace("_", "").translate(LETTERS)


OF_RATES = re.compile(
    r"l[a-z]+rate|(base|init|initial|start|current|curr|cur)(lr|(learning)?rate)|learning(?!data|set)\w*"
)
"""Names of a learning rate beside those in `ROLES`, in lower case and without underscores."""


def role_of(name: str) -> str:
    """The role of an argument; empty where its name says nothing."""
    word = word_of(name)
    if word.endswith(("param", "params")) or (
        COUNT.fullmatch(name.lower()) and ROLES.get(word) not in ("count", "rate")
    ):
        return ""
    if not word or OF_RATES.fullmatch(word):
        return "rate"  # `_` is looked at by nobody
    known = ROLES.get(word) or ROLES.get(word.rstrip("0123456789"))
    if known:
        return known
    patterns = {"cache": CACHE, "dy": UPSTREAM, "y": TARGET, "out": OUTPUT}
    return next((role for role, pattern in patterns.items() if pattern.fullmatch(word)), "")


@dataclass(frozen=True)
class Argument:
    """An argument of a method.

    Attributes:
        name, role: as above.
        needed: whether it has no default.
        keyword: whether it can be given by its name alone.
        fixed: a function or an object that it is given whatever happens; None for the others.
    """

    name: str
    role: str
    needed: bool
    keyword: bool
    fixed: Any = None


@dataclass(frozen=True)
class Method:
    """A method by its name, and the arguments that it can be given."""

    name: str
    arguments: tuple[Argument, ...]
    any_number: bool = False

    @property
    def needed(self) -> list[Argument]:
        """The arguments that must be given and that are numbers to compute with, no settings."""
        return [one for one in self.arguments if one.needed and one.role not in SETTINGS]

    @property
    def offered(self) -> list[Argument]:
        """The same with those that have a default."""
        return [one for one in self.arguments if not one.keyword and one.role not in SETTINGS]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(one.name for one in self.needed)})"

    def has(self, role: str) -> bool:
        return any(one.role == role for one in self.arguments)

    def call(self, made: Any, roles: Mapping[str, str], values: Mapping[str, Any]) -> Any:
        """Call it: `roles` says which value each argument gets; an argument with a default and no role keeps it.

        It is training where nothing else is said.
        """
        values = {"training": True, "testing": False, **values}
        positional, keywords = [], {}
        by_name = False
        for one in self.arguments:
            role = roles.get(one.name, one.role if one.role in SETTINGS else "")
            if one.fixed is not None:
                values = {**values, role: one.fixed}
            if role == "held":
                values = {**values, role: getattr(made, one.name)}
            if role not in values:
                by_name = True
            elif one.keyword or by_name:
                keywords[one.name] = values[role]
            else:
                positional.append(values[role])
        return getattr(made, self.name)(*positional, **keywords)


def method_of(made: Any, name: str) -> Method:
    """A method of an object with the roles of its arguments."""
    method = Method(name, *arguments_of(getattr(made, name)))
    asked = [one for one in method.needed if one.role in ("", "y", "dy")]
    fixed = {one: found for one in asked if (found := function_for(made, name, one.name)) is not None}
    own = getattr(getattr(made, name), "__func__", None)
    words = {one: words_compared(own, one.name) for one in asked if own is not None and not one.role}
    fixed |= {one: min(some, key=rank) for one, some in words.items() if some}
    read = {node.id for node in nodes_of(own) if isinstance(node, ast.Name)} if own is not None else set()
    # a gradient that is forgotten is a mistake
    needed = [one for one in method.needed if one.role != "dy" and not re.fullmatch("g.{0,2}|g_.*", one.name)]
    unread = [one for one in needed if read and one.name not in read and not one.keyword]
    if 0 < len(unread) < len(method.needed) - 1:  # `loss(x, y_hat, y)` of a base class, which looks at two of them
        fixed |= dict.fromkeys(unread, 0.0)
    if not fixed:
        return method
    arguments = [replace(one, role="fixed", fixed=fixed[one]) if one in fixed else one for one in method.arguments]
    return replace(method, arguments=tuple(arguments))


def function_for(made: Any, method: str, name: str) -> Any:
    """A function for an argument that a method calls: what another method takes by default, or one of the module."""
    function = getattr(getattr(made, method), "__func__", None)
    use = use_of(function, name)
    if not use.called and not use.attributes:
        return None
    for other in vars(type(made)).values():
        there = inspect.signature(other).parameters.get(name) if inspect.isfunction(other) else None
        if there is not None and not any(there.default is one for one in (None, inspect.Parameter.empty)):
            return there.default
    own = getattr(module_of(function), name, None)
    return own if own is not None else object_for(function, name, lambda kind: kind())


def arguments_of(f: Callable[..., Any]) -> tuple[tuple[Argument, ...], bool]:
    """The arguments of a function, and whether it takes any number of them."""
    kinds = inspect.Parameter
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return (), True
    found: list[Argument] = []
    used = {node.id for node in nodes_of(getattr(f, "__func__", f)) if isinstance(node, ast.Name)}
    for one in parameters:
        if one.kind == kinds.VAR_KEYWORD:
            asked = entries_named(getattr(f, "__func__", f), (one.name,), str)
            found += [Argument(name, role_of(name), True, True) for name in dict.fromkeys(asked)]
        if one.kind in (kinds.VAR_KEYWORD, kinds.VAR_POSITIONAL):
            continue
        role = role_of(one.name)
        if not role and used and one.name not in used and any(other.role == "dy" for other in found):
            role = "rate"  # whatever it is, nobody looks at it
        if role not in FLAGS and one.default is kinds.empty and tested_bare(f, one.name):
            role = "training" if "train" in one.name.lower() else "testing"
        if role in ("", "testing") and (one.default is kinds.empty or one.default is False) and keeps_if(f, one.name):
            role = "training"
        if role in FLAGS and one.default is not kinds.empty and not isinstance(one.default, bool | int):
            role = ""
        if role == "penalty" and one.default is not kinds.empty:
            role = ""  # as it is by default
        if not role and one.default is kinds.empty and picks_classes(f, one.name):
            role = "y"
        found.append(Argument(one.name, role, one.default is kinds.empty, one.kind == kinds.KEYWORD_ONLY))
    any_number = any(one.kind == kinds.VAR_POSITIONAL for one in parameters)
    if any_number and not found:
        found.append(Argument("", "", True, False))  # one at least
    return tuple(found), any_number


def lacks_self(kind: type) -> str:
    """What is said of a method without self that is called as `self.step(...)`; empty where there is none."""
    tree = next((node for node in nodes_of(kind) if isinstance(node, ast.ClassDef)), None)
    called = {ast.unparse(node.func) for node in nodes_of(kind) if isinstance(node, ast.Call)}
    for one in tree.body if tree is not None else ():
        if isinstance(one, ast.FunctionDef) and not one.decorator_list and f"self.{one.name}" in called:
            names = [argument.arg for argument in one.args.args]
            if names[:1] not in (["self"], ["cls"]) and not one.args.vararg:
                return (
                    f"self is missing in `def {one.name}({', '.join(names)})`, which is called as self.{one.name}(...)."
                )
    return ""
