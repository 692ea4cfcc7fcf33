"""What methods are called that go forward, go back, or compute a loss, and how an object's own are found by that."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any

from twinprop.gradcheck.faults import PACKAGE
from twinprop.gradcheck.source.pairs import pair_of
from twinprop.gradcheck.source.roles import word_of

FORWARD = (
    "forward forwardpass forwardprop forwardpropagation forwardpropagate propagateforward feedforward fprop "
    "forwardprob propagate activate function fn f call __call__ apply predict query run evaluate activation compute "
    "calculate predictproba vorwaerts propager propagar propaga adelante avanti ausgabe"
)
BACKWARD = (
    "backward backwardpass backwardprop backwardpropagation backwardpropagate backprop backpropagate backpropagation "
    "bprop back backwards costfunctionprime lossprime gradient gradients grad grads derivative derivate prime df dfn "
    "fprime gradientfunction computegradients computegradient computegrads backwardprob deriv vjp pullback bwd "
    "adjoint rueckwaerts retropropager retropropagar retropropaga atras indietro derivada ableitung dfunction dfunc d"
)
LOSS_AND_GRADIENTS = (
    "lossandgrad lossandgrads lossandgradient lossandgradients lossgrad lossgrads computelossandgrad "
    "computelossandgradients forwardbackward forwardandbackward"
)
LOSS = (
    "loss cost lossfunction costfunction computeloss computecost calculateloss calcloss getloss getcost lossfn "
    "verlust kosten cout perte custo perda coste costo perdida errore crossentropy crossentropyloss objective "
    "criterion error calculate computecrossentropy mse eval value nll elbo erro fehler kayip hata blad strata "
    "deviance energy "
    f"{LOSS_AND_GRADIENTS}"
)
LIKE = {
    FORWARD: re.compile(r"(?!.*(back|grad|loss|check|plot|print|show|num)).*(forward|feedforward|fwd).*"),
    LOSS_AND_GRADIENTS: re.compile(r"(?!.*(check|num|plot|print)).*(loss|cost).*grad.*"),
    LOSS: re.compile(
        r"(?!.*(grad|prime|deriv|back|delta|plot|print|set|get|hist|log_|_log)).*(loss|cost|squares|likelihood|nll|surrogate).*"
    ),
    BACKWARD: re.compile(
        r"(?!.*(check|update|zero|clip|num|plot|show|draw|visual|print|save|init|reset|clear)).*"
        r"(backprop|backward|bptt|bppt|backpass|gradients?$).*"
        r"|(?!.*(loss|cost|forward|zero|clip|init|reset|check)).{4,}grads?"
        r"|(?!.*(zero|clip|init|reset|check|num)).*grad(ient)?(wrt|withrespectto).*"
        r"|(first)?(deriv|derivative|derivada|derivee|ableitung|gradiente)(of|function|fn|func)?"
    ),
}
"""What methods may be called that have none of these names."""

DIRECTION = re.compile("forward|feed|backward|back|prop(agation|agate)?|pass|bptt|gradients?")
"""What is in the names of two methods of which one goes back through the other, beside what they share."""

LOSS_CLASS = re.compile("loss|cost|entropy|criterion|likelihood|nll|error|objective")
"""What is in the name of a class that is a loss, in lower case."""

TURNED = ("back", "backward", "bwd", "grad", "grads", "gradient", "vjp")
"""What the name of a method has more that goes back through another."""

TRAINING = "fit train trainstep update step"


def named(made: Any, names: str) -> str:
    """The first of some methods that an object has, whatever its spelling; empty where it has none.

    What goes forward or back is told by its source, too, where no name tells, nor one of a method that trains.
    """
    found, both = by_name(made, names), (FORWARD, BACKWARD)
    if found or names not in both or type(made).__module__.startswith(PACKAGE):
        return found
    if pair := paired(made) or only_pair(made):  # step and step_back; a and d
        return pair[both.index(names)]
    if by_name(made, TRAINING):
        return ""
    return pair_of(type(made), *(by_name(made, one) for one in both))[both.index(names)]  # type: ignore[arg-type]


def paired(made: Any) -> tuple[str, str] | None:
    """Two methods of which one is called as the other, and back: `step` and `step_back`."""
    there = {word_of(name): name for name in dir(made) if not name.startswith("__") and callable(held_by(made, name))}
    found = [(there[name], there[f"{name}{back}"]) for name in there for back in TURNED if f"{name}{back}" in there]
    return found[0] if len(found) == 1 else None


def only_pair(made: Any) -> tuple[str, str] | None:
    """The two methods of an object that has no others, where one is called as what goes back: `a` and `d`."""
    own = [name for name in dir(made) if not name.startswith("_") and callable(held_by(made, name))]
    back = by_name(made, BACKWARD)
    return (next(name for name in own if name != back), back) if len(own) == 2 and back in own else None


def by_name(made: Any, names: str) -> str:
    """The same by names alone: exactly, else as a pattern has it, else misspelt."""
    there: dict[str, str] = {}
    for name in sorted(dir(made), key=lambda one: one.startswith("_")):  # forward, which may call _forward
        own = not name.startswith("__") or name == "__call__"
        if own and not isinstance(made, type) and callable(held_by(made, name)):
            there.setdefault(name if name == "__call__" else word_of(name), name)
    exact = next((there[name] for name in names.split() if name in there), "")
    like = LIKE.get(names)
    alike = [name for name in there if like is not None and like.fullmatch(name)]
    if not exact and not alike and names in (FORWARD, BACKWARD):  # backword, forwad
        long = [word for word in names.split() if len(word) > 6]
        known = {*FORWARD.split(), *BACKWARD.split()}  # `function` is no misspelt `dfunction`
        alike = [name for name in there if name not in known and get_close_matches(name, long, 1, 0.87)]
    rests = [DIRECTION.sub("", name) for name in there if any(LIKE[one].fullmatch(name) for one in (FORWARD, BACKWARD))]
    # forward_full and back_full are a pair
    alone = {name for name in alike if rests.count(DIRECTION.sub("", name)) < 2}
    steps = re.compile("adam|rms|moment|adagrad|nesterov")
    plain = sorted(alike, key=lambda name: (steps.search(name) is not None, name in alone))
    return exact or next((there[name] for name in plain), "")


def held_by(made: Any, name: str) -> Any:
    """An attribute; None where there is none, and of a property that cannot be computed yet."""
    try:
        return getattr(made, name, None)
    except Exception:
        return None
