"""A script is read, not run: what it would make is noted as recipes, what it would compute from data stays unknown.

Statements are gone through in their order, with literals, lists, loops over them, functions of the script and objects
of the user's classes as values. Nothing of the user's is called.
"""

from __future__ import annotations

import ast
import re
from collections import ChainMap
from collections.abc import Callable, Sequence
from typing import Any

from twinprop.gradcheck.faults import is_users_own
from twinprop.gradcheck.source.roles import role_of
from twinprop.gradcheck.source.sources import defaults_of, parameters_of, source_of
from twinprop.gradcheck.training.expressions import PLAIN, SYMBOLIC, Expressions, Self, has_data, has_symbols
from twinprop.gradcheck.training.recipes import Recipe, Unknown, Written, is_numpys

MOST_STEPS = 4000
"""Statements that are gone through in a file."""

DEEPEST = 12
"""Functions inside functions."""

USING = re.compile(
    r"(?!_*(add|set|use|with|init|build|compile|config|regist|attach|append|push)).*(train|fit|learn|forward|predict|back|"
    r"grad|propagat|test|eval|valid|run|step|update|sgd|optimi[sz]e$|score|accura|loss|cost|error|epoch|infer|classify|"
    r"check|minimi[sz]e|nll|likelihood|surrogate|zero|sample|generat|b[pt]pt|call).*"
)
"""Methods with which an object begins to be used."""

READING = re.compile("load|read|fetch|download|open|genfromtxt|fromfile")
"""Functions that get data from somewhere."""

IDLE = re.compile(r"_*(print|plot|show|summar|save|load|get|draw|visual|display|describe|export|write|log|info)\w*")
"""Methods that change nothing about it."""


class Enough(Exception):
    """A file has been gone through for long enough."""


class Returned(Exception):
    def __init__(self, value: Any) -> None:
        self.value = value


class Tracer(Expressions):
    """Goes through the statements of one file.

    Args:
        outside: what a name stands for that the script itself does not assign; raises KeyError where it is nothing.
        place: how a line is told.

    Attributes:
        recipes: all objects that the script would make.
        functions: those of the script that have been gone through.
    """

    def __init__(self, outside: Callable[[str], Any], place: Callable[[ast.AST], str]) -> None:
        super().__init__(outside)
        self.place = place
        self.recipes: list[Recipe] = []
        self.functions: set[ast.AST] = set()
        self.steps = self.depth = 0

    def run(self, body: Sequence[ast.stmt], scope: Any) -> None:
        """Go through some statements.

        Raises:
            Enough: there are too many.
            Returned: a function ends.
        """
        for node in body:
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise Enough
            try:
                self.statement(node, scope)
            except (Enough, Returned):
                raise
            except Exception:  # a script may do what nobody foresaw: what it assigns is not known
                for target in node.targets if isinstance(node, ast.Assign) else []:
                    for part in ast.walk(target):
                        if isinstance(part, ast.Name | ast.Attribute) and isinstance(part.ctx, ast.Store):
                            self.assign(part, Unknown(ast.unparse(part)), scope)

    def statement(self, node: ast.stmt, scope: Any) -> None:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            value = self.value(node.value, scope)
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                self.assign(target, value, scope)
        elif isinstance(node, ast.AugAssign):
            left = self.value(node.target, scope)
            self.assign(node.target, self.operation(node.op, node, left, self.value(node.value, scope)), scope)
        elif isinstance(node, ast.Expr):
            self.value(node.value, scope)
        elif isinstance(node, ast.For):
            for one in self.turns(self.value(node.iter, scope), node.target):
                self.assign(node.target, one, scope)
                self.run(node.body, scope)
        elif isinstance(node, ast.If):
            test = self.value(node.test, scope)
            unsure = isinstance(test, SYMBOLIC)
            if unsure or test:
                self.run(node.body, scope)
            if unsure or not test:
                self.run(node.orelse, scope)
        elif isinstance(node, ast.With | ast.While | ast.Try):
            self.run(node.body, scope)
        elif isinstance(node, ast.FunctionDef):
            scope[node.name] = Written(node, scope, lambda: self.outside(node.name))
        elif isinstance(node, ast.Return):
            raise Returned(self.value(node.value, scope) if node.value else None)

    def assign(self, target: ast.AST, value: Any, scope: Any) -> None:
        if isinstance(target, ast.Name):
            vague = isinstance(value, Unknown) and not re.search("shape|len|size|class", value.text)
            scope[target.id] = Unknown(target.id, value.real) if vague else value
        elif isinstance(target, ast.Tuple | ast.List):
            parts = list(value) if isinstance(value, list | tuple) and len(value) == len(target.elts) else None
            for at, one in enumerate(target.elts):
                self.assign(one, parts[at] if parts else Unknown(ast.unparse(one)), scope)
        elif isinstance(target, ast.Attribute):
            owner = self.value(target.value, scope)
            if isinstance(owner, Self):
                owner.attributes[target.attr] = value
            elif isinstance(owner, Recipe) and not owner.closed:
                owner.later.append((f"={target.attr}", [value], {}))
        elif isinstance(target, ast.Subscript):
            held = self.value(target.value, scope)
            if isinstance(held, dict | list):
                held[self.value(target.slice, scope)] = value

    def of_Call(self, node: ast.Call, scope: Any) -> Any:
        args = self.of_List(ast.List([*node.args]), scope)
        keywords: dict[str, Any] = {}
        for one in node.keywords:
            value = self.value(one.value, scope)
            keywords |= {one.arg: value} if one.arg else value if isinstance(value, dict) else {}
        unknown = Unknown(ast.unparse(node))
        if isinstance(node.func, ast.Attribute):
            if node.func.attr == "add_argument" and args and "default" in keywords:
                self.options[str(args[-1]).lstrip("-").replace("-", "_")] = keywords["default"]
            owner = self.value(node.func.value, scope)
            if isinstance(owner, Recipe):
                return self.method(owner, node.func.attr, args, keywords, unknown)
            if isinstance(owner, list | dict | str | tuple):
                found = getattr(owner, node.func.attr)(*args, **keywords)
                return found if found is None or isinstance(found, int | str | list) else list(found)
            called = unknown if isinstance(owner, (*SYMBOLIC, Self)) else getattr(owner, node.func.attr)
        else:
            called = self.value(node.func, scope)
        if isinstance(called, Written):
            return self.written(called, args, keywords, unknown)
        if isinstance(called, SYMBOLIC) or not callable(called):
            return unknown
        if any(called is one for one in PLAIN.values()):
            symbolic = called not in (zip, enumerate, list, tuple, dict, reversed, len)
            if any(isinstance(one, SYMBOLIC) for one in args) or (symbolic and has_symbols(args)):
                return unknown
            found = called(*args, **keywords)
            return found if isinstance(found, int | float | str | range | tuple | dict) else list(found)
        own = is_users_own(called)
        reads = not isinstance(called, type) and READING.search(getattr(called, "__name__", "").lower())
        if reads or (is_numpys(called) and has_data([args, *keywords.values()])):
            return unknown
        if not own and not is_numpys(called) and getattr(called, "__module__", "") not in ("functools", "types"):
            return unknown
        recipe = Recipe(called, args, keywords, self.place(node))
        self.recipes.append(recipe)
        return recipe

    def method(self, owner: Recipe, name: str, args: list[Any], keywords: dict[str, Any], unknown: Unknown) -> Any:
        """A method of an object: part of making it, until it is used."""
        method = getattr(owner.kind, name, None)
        sets_mode = name == "train" and not (args or keywords or re.search(r"\bfor\b", source_of(method)))
        roles = {role_of(one.name) for one in parameters_of(method)}
        if (USING.fullmatch(name.lower()) and not sets_mode) or {"y", "rate"} <= roles:  # whatever it is called
            owner.closed = True
        if owner.closed or method is None or IDLE.fullmatch(name.lower()) or not isinstance(owner.kind, type):
            return unknown
        owner.later.append((name, args, keywords))
        return owner if re.search(r"return self$", source_of(method), re.MULTILINE) else unknown

    def written(self, called: Written, args: list[Any], keywords: dict[str, Any], unknown: Unknown) -> Any:
        """A function of the script."""
        if isinstance(called.node, ast.Lambda) or self.depth >= DEEPEST:
            return unknown
        self.functions.add(called.node)
        scope = ChainMap({}, called.scope)
        scope.update(self.parameters(called.node, args, keywords, scope))
        self.depth += 1
        try:
            self.run(called.node.body, scope)
        except Returned as end:
            return end.value
        finally:
            self.depth -= 1
        return None

    def parameters(self, node: Any, args: list[Any], keywords: dict[str, Any], scope: Any) -> dict[str, Any]:
        """The values of a function's parameters: given, else the default, else unknown."""
        defaults = defaults_of(node)
        values = {name: Unknown(name) if one is None else self.value(one, scope) for name, one in defaults.items()}
        places = list(values)[: len(values) - len(node.args.kwonlyargs)]
        return {**values, **dict(zip(places, args, strict=False)), **keywords}
