"""What the source of a class or a function tells about its arguments: which words, and which keys, they may hold."""

from __future__ import annotations

import ast
import inspect
import linecache
import re
import sys
import textwrap
from collections.abc import Iterator, Sequence, Set
from functools import cache
from typing import Any

from twinprop.gradcheck.source.reading import class_of, mangled


@cache
def source_of(found: Any) -> str:
    """The source of a class or a function; empty where it is not known."""
    try:
        return textwrap.dedent(inspect.getsource(found))
    except (OSError, TypeError, SyntaxError):
        return ""


@cache
def tree_of(found: Any) -> ast.AST | None:
    """The tree of a class or a function; None where its source is not known."""
    try:
        kind = found.__name__ if inspect.isclass(found) else class_of(found)
        return mangled(ast.parse(source), kind) if (source := source_of(found)) else None
    except SyntaxError:
        return None


def parameters_of(found: Any) -> list[inspect.Parameter]:
    """The arguments of a function or a constructor; none where they are not known."""
    try:
        return list(inspect.signature(found).parameters.values())
    except (TypeError, ValueError):
        return []


def nodes_of(found: Any) -> Sequence[ast.AST]:
    """The nodes of the tree of a class or a function; they are asked for a thousand times, and walked once.

    Of anything else, as a dict that a class holds, there are none.
    """
    try:
        hash(found)
    except TypeError:
        return ()
    return walked(found)


@cache
def walked(found: Any) -> tuple[ast.AST, ...]:
    tree = tree_of(found)
    return tuple(ast.walk(tree)) if tree is not None else ()


def sums_along(file: str, line: int) -> bool:
    """Whether the function around a line sums along an axis, as what is made for a batch does."""
    whole = ast.parse("".join(linecache.getlines(file)))
    around = [one for one in ast.walk(whole) if isinstance(one, ast.FunctionDef)]
    around = [one for one in around if one.lineno <= line <= (one.end_lineno or 0)]
    calls = [node for one in around for node in ast.walk(one) if isinstance(node, ast.Call)]
    sums = [node for node in calls if ast.unparse(node.func).endswith(("sum", "mean"))]
    return any(key.arg == "axis" for node in sums for key in node.keywords)


def own_attributes(found: Any) -> Iterator[ast.Attribute]:
    """Attributes of self that the source of a class or a method names."""
    return (
        node
        for node in nodes_of(found)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    )


def attributes_read(kind: type, name: str) -> set[str]:
    """The attributes of self that a method names, and those that the methods name that it calls."""
    seen: set[str] = set()
    left = [name]
    while left:
        new = {node.attr for node in own_attributes(getattr(kind, left.pop(), None))} - seen
        seen |= new
        left += new
    return seen


@cache
def entries_named(found: Any, names: tuple[str, ...], kind: type) -> tuple[Any, ...]:
    """The keys or the numbers with which a source reads entries of something."""
    slices = [
        node.slice
        for node in nodes_of(found)
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and ast.unparse(node.value) in names
    ]
    return tuple(one.value for one in slices if isinstance(one, ast.Constant) and isinstance(one.value, kind))


def keys_read(found: Any, name: str, deeper: int = 2) -> list[str]:
    """The keys of a dict in an argument, as `bn_param["mode"]` reads them, here or where it is passed on to."""
    keys = list(entries_named(found, (name, f"self.{name}"), str))
    for called, argument in passed_on(found, name) if deeper else ():
        keys += keys_read(called, argument, deeper - 1)
    return list(dict.fromkeys(keys))


def is_dict_there(found: Any, name: str, deeper: int = 2) -> bool:
    """Whether a source asks an argument for an entry that may be missing: `bn_param.get("eps", 1e-5)`."""
    own = any(isinstance(node, ast.Attribute) and ast.unparse(node) == f"{name}.get" for node in nodes_of(found))
    return own or any(deeper and is_dict_there(*one, deeper - 1) for one in passed_on(found, name))


def passed_on(found: Any, name: str) -> Iterator[tuple[Any, str]]:
    """The functions that are called with an argument, and what they call it."""
    for node in (one for one in nodes_of(found) if isinstance(one, ast.Call)):
        given = [at for at, one in enumerate(node.args) if names(one, name)]
        keywords = [one.arg for one in node.keywords if one.arg and names(one.value, name)]
        called = value_named(found, node.func) if given or keywords else None
        start = called.__init__ if inspect.isclass(called) else called
        parameters = list(getattr(getattr(start, "__code__", None), "co_varnames", ()))
        parameters = parameters[parameters[:1] == ["self"] :]
        yield from ((called, one) for one in [*(parameters[at] for at in given if at < len(parameters)), *keywords])


def parts_of(node: ast.expr) -> list[ast.expr]:
    """The places in brackets: two of `a[i, j]`."""
    return list(node.elts) if isinstance(node, ast.Tuple) else [node]


@cache
def divides_by(found: Any, name: str) -> bool:
    """Whether an argument is a whole number that others are divided by, as in `channels // groups`."""
    return any(
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv) and ast.unparse(node.right) == name
        for node in nodes_of(found)
    )


def layers_read(found: Any, deeper: int = 1) -> int:
    """The highest number in the keys of weights that a function reads, or one that it calls: 3 for `params["W3"]`."""
    keys = [
        one.slice.value
        for one in nodes_of(found)
        if isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Constant)
    ]
    own = [int(told[1]) for key in keys if isinstance(key, str) and (told := re.fullmatch(r"[Ww]_?(\d)", key))]
    called = {ast.unparse(node.func): node.func for node in nodes_of(found) if deeper and isinstance(node, ast.Call)}
    return max([*own, *(layers_read(value_named(found, one), deeper - 1) for one in called.values())], default=0)


def is_used(found: Any, name: str) -> bool:
    """Whether a function looks at an argument."""
    tree = tree_of(found)
    return tree is None or any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree))


def entries_read(found: Any, name: str) -> int:
    """How many entries of a list an argument has, as `dim[0]` and `dim[1]` read them."""
    return max(entries_named(found, (name,), int), default=-1) + 1


LOOPS = (ast.For, ast.comprehension)


def names_of_entries(found: Any, held: Set[str]) -> list[str]:
    """What the entries of lists are called in the loops over them."""
    loops = [node for node in nodes_of(found) if isinstance(node, LOOPS)]
    over = [loop for loop in loops if any(ast.unparse(part) in held for part in ast.walk(loop.iter))]
    targets = [part.id for loop in over for part in ast.walk(loop.target) if isinstance(part, ast.Name)]
    return list(dict.fromkeys(targets))


def class_around(found: Any) -> Any:
    """A class itself, or that of a method; None of a plain function."""
    if inspect.isclass(found):
        return found
    place = getattr(found, "__qualname__", "").rpartition(".")[0]
    return getattr(sys.modules.get(getattr(found, "__module__", "")), place, None) if place else None


def value_named(found: Any, node: ast.AST) -> Any:
    """What a name or an attribute stands for in the module of a class or a function; None where that is not known."""
    if isinstance(node, ast.Name):
        assigned = [one for one in nodes_of(found) if isinstance(one, ast.Assign) and isinstance(one.value, ast.Dict)]
        for one in assigned:  # a table of its own
            if ast.unparse(one.targets[0]) == node.id:
                return value_named(found, one.value)
        return getattr(sys.modules.get(getattr(found, "__module__", "")), node.id, None)
    if isinstance(node, ast.Dict):
        return {one.value: None for one in node.keys if isinstance(one, ast.Constant)}
    if isinstance(node, ast.Attribute):
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            kind = class_around(found) or found
            own = [one for one in nodes_of(kind) if isinstance(one, ast.Assign) and isinstance(one.value, ast.Dict)]
            table = next((one.value for one in own if ast.unparse(one.targets[0]) == f"self.{node.attr}"), None)
            return getattr(kind, node.attr, None) if table is None else value_named(kind, table)
        return getattr(value_named(found, node.value), node.attr, None)
    return None


def names(node: ast.AST, name: str) -> bool:
    """Whether an expression is an argument, an attribute or an entry of a dict of that name, in lower case or not."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("lower", "strip"):
        return names(node.func.value, name)
    if isinstance(node, ast.Subscript):
        entry = name.endswith("[]") and names(node.value, name.removesuffix("[]"))
        return entry or (isinstance(node.slice, ast.Constant) and node.slice.value == name)
    return (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)


@cache
def aliases(found: Any, name: str) -> frozenset[str]:
    """An argument, and the attributes that it is assigned to."""
    assigned = [node for node in nodes_of(found) if isinstance(node, ast.Assign) and ast.unparse(node.value) == name]
    return frozenset({name, *(ast.unparse(target) for node in assigned for target in node.targets)})


@cache
def parts_unpacked(found: Any, name: str) -> tuple[str, ...]:
    """The names that an argument is taken apart into, as `depth, height, width = shape`."""
    names = aliases(found, name)
    for node in nodes_of(found):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) and ast.unparse(node.value) in names:
            return tuple(ast.unparse(one).rpartition(".")[2] for one in node.targets[0].elts)
    return ()


@cache
def axes_unpacked(found: Any, name: str) -> int:
    """How many axes an array is said to have, as `FN, C, FL = self.W.shape` says; 0 where nothing does."""
    shapes = {f"{one}.shape" for one in aliases(found, name)} | {f"self.{name}.shape"}
    for node in nodes_of(found):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Tuple)
            and ast.unparse(node.value) in shapes
        ):
            return len(node.targets[0].elts)
    return 0


@cache
def is_array_there(found: Any, name: str) -> bool:
    """Whether a source asks an argument for its shape."""
    names = aliases(found, name)
    return any(
        isinstance(node, ast.Attribute) and node.attr == "shape" and ast.unparse(node.value) in names
        for node in nodes_of(found)
    )


@cache
def is_list_there(found: Any, name: str) -> bool:
    """Whether a source uses an argument as a list: len(sizes), for size in sizes, [4] + sizes."""
    names = aliases(found, name)
    for node in nodes_of(found):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("len", "enumerate", "zip")
        ):
            used = node.args
        elif isinstance(node, ast.For | ast.comprehension):
            used = [node.iter]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            sides = [node.left, node.right]
            used = sides if any(isinstance(side, ast.List | ast.BinOp) for side in sides) else []
            used = used if any(isinstance(side, ast.List) for side in ast.walk(node)) else []
        else:
            continue
        if any(ast.unparse(one) in names for one in used):
            return True
    return False


MAKER = re.compile(r"(.*\.)?(randn|rand|random|zeros|ones|empty|full|(standard_)?normal|uniform|eye|identity|range)")
"""Functions that are given shapes, or how many there are."""


@cache
def is_size_there(found: Any, name: str) -> bool:
    """Whether a source makes arrays of so many rows or columns: `randn(act, hidden)`, `zeros((n, act))`."""
    for node in nodes_of(found):
        if isinstance(node, ast.Call) and MAKER.fullmatch(ast.unparse(node.func)):
            given = [*node.args, *(one.value for one in node.keywords if one.arg in ("size", "shape"))]
            sizes = [part for one in given for part in (one.elts if isinstance(one, ast.Tuple | ast.List) else [one])]
            if any(isinstance(one, ast.Name) and one.id == name for one in sizes):
                return True
    return False


def tested_bare(found: Any, name: str) -> bool:
    """Whether an argument is a flag, as in `if predict:`."""
    tests = [node.test for node in nodes_of(found) if isinstance(node, ast.If | ast.IfExp)]
    tests = [test.operand if isinstance(test, ast.UnaryOp) else test for test in tests]
    return any(isinstance(test, ast.Name) and test.id == name for test in tests)


def picks_classes(found: Any, name: str) -> bool:
    """Whether an argument says which entry of each row is meant: `p[np.arange(n), name]`."""
    pairs = [
        node.slice.elts
        for node in nodes_of(getattr(found, "__func__", found))
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2
    ]
    rows = re.compile(r"(np\.|numpy\.|list\()?a?range\(")
    return any(ast.unparse(last) == name and rows.match(ast.unparse(first)) for first, last in pairs)


def keeps_if(found: Any, name: str) -> bool:
    """Whether a method keeps something in attributes only where a flag is set: `if save: self.x = x`."""
    branches = [
        node.body
        for node in nodes_of(getattr(found, "__func__", found))
        if isinstance(node, ast.If) and ast.unparse(node.test) == name
    ]
    inner = [part for body in branches for one in body for part in ast.walk(one)]
    return any(isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store) for one in inner)


def defaults_of(node: ast.FunctionDef) -> dict[str, ast.expr | None]:
    """What the arguments of a function are by default, by their names; None for those that have to be given."""
    args = node.args
    places = [*args.posonlyargs, *args.args]
    defaults = [*[None] * (len(places) - len(args.defaults)), *args.defaults, *args.kw_defaults]
    return {one.arg: default for one, default in zip([*places, *args.kwonlyargs], defaults, strict=True)}


def returns_of(function: Any) -> list[ast.expr | None]:
    """What stands after each `return` of a function or a method."""
    nodes = list(nodes_of(getattr(function, "__func__", function)))
    inner = [one for one in nodes if isinstance(one, ast.FunctionDef)][1:]
    others = {id(node) for one in inner for node in ast.walk(one)}
    return [node.value for node in nodes if isinstance(node, ast.Return) and id(node) not in others]


def returned_names(function: Any) -> list[str]:
    """The names in a function's last `return a, b` or `return [a, b]`; empty where its source does not tell."""
    last = next(reversed(returns_of(function)), None)
    return [name_in(part) for part in last.elts] if isinstance(last, ast.Tuple | ast.List) else []


def returned_keys(function: Any) -> list[str]:
    """The keys in a function's last `return {"a": da, "b": db}`, or the names in `return Gradients(da, db)`."""
    last = next(reversed(returns_of(function)), None)
    if isinstance(last, ast.Call) and ast.unparse(last.func).lstrip("_")[:1].isupper():
        return [*map(name_in, last.args), *(one.arg or "" for one in last.keywords)]
    keys = last.keys if isinstance(last, ast.Dict) else []
    return [one.value for one in keys if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def returned_name(function: Any) -> str:
    """The name in a function's only `return a`."""
    values = returns_of(function)
    return name_in(values[0]) if len(values) == 1 else ""


@cache
def left_names(function: Any) -> list[str]:
    """The attributes that a method which returns nothing computes, in their order; none of one that returns a value."""
    if any(value is not None for value in returns_of(function)):
        return []
    function = getattr(function, "__func__", function)
    pairs = [pair for node in nodes_of(function) if isinstance(node, ast.Assign) for pair in assigned_in(node)]
    kept = {target for target, value in pairs if isinstance(value, ast.Name)}  # self.x = x
    own = [node for node in own_attributes(function) if isinstance(node.ctx, ast.Store) and node not in kept]
    places = {node.attr: (node.lineno, node.col_offset) for node in own}
    return sorted(places, key=lambda name: places[name])


def assigned_in(node: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What is assigned to, with its value: two pairs of `self.a, self.b = a, b`."""
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            yield from zip(target.elts, node.value.elts, strict=False)
        else:
            yield target, node.value


def name_in(node: ast.AST | None) -> str:
    """The name of what an expression is: of `dW`, `self.dW` and `np.array(dW)`, of the list in `hs[len(x) - 1]`."""
    if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant):
        return name_in(node.value)
    made = ("array", "stack", "list", "float")
    if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).endswith(made):
        return name_in(node.args[0])
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
