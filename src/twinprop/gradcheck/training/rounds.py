"""A loop that trains, in a script or in a function of one: its body, and the statements that lead to it.

They are those of the script, and of the functions on the way to the loop, with their arguments: in one row, of which
only those are kept that make what the loop needs.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from twinprop.gradcheck.source.loops import over_ranges, range_of, repeats
from twinprop.gradcheck.source.names_in_code import changed_in, given_first, is_shown, names_in, root_of, stored, walk
from twinprop.gradcheck.source.roles import role_of
from twinprop.gradcheck.source.sources import defaults_of

DEEPEST = 4
"""Functions on the way to a loop."""

STEP = re.compile(r"step|update|backward|back_?prop|grad|delta|train|learn|descent|optim|fit|adjust")
"""In what a loop that trains calls or assigns."""

FUNCTION = "one_round"

HIDDEN_NAME = "_of_"
"""Before the name of an argument, while it gets its value."""

Around = ast.With | ast.Try


@dataclass
class Loop:
    """A loop that trains.

    Attributes:
        before: the statements that lead to it.
        body: one round of it.
        counted: names that count the rounds, and where they begin.
        line: where it begins.
        owner: the function, or the class, that it stands in; empty for the script itself.
        whole: the method whose whole body is a round, and no loop; empty for a loop.
        free: arguments of functions on the way that nobody gives.
        local: names that a function gives values in a round alone, whatever its module calls so.
        data: names of what an object is given when it is made, where that are its data.
        reached: names of all that a round reads, in the script's functions too.
        called: whether it is that of a method, which the script calls with its own object and data.
        origin: the first statement of the body as it was read, where that was rewritten.
    """

    before: list[ast.stmt]
    body: list[ast.stmt]
    counted: dict[str, int]
    line: int
    owner: str
    whole: str = ""
    free: list[tuple[ast.FunctionDef, str]] = field(default_factory=list)
    local: set[str] = field(default_factory=set)
    data: list[str] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)
    called: bool = False
    origin: ast.stmt | None = None

    def with_needed(self, functions: Mapping[str, ast.FunctionDef]) -> Loop:
        """The same with what it reads, and with those statements alone before it that make this."""
        self.reached = names_in(self.body, functions) | {*self.data}
        self.before = needed(self.before, self.reached, functions)
        return self

    def given_data(self, start: ast.FunctionDef | None) -> Loop:
        """The same of an object that its constructor, `start`, gives x: it is made of that."""
        names = list(defaults_of(start))[1:] if start is not None else []
        sized = [one for one in names if start is not None and f"{one}.shape" in ast.unparse(start)]
        data = [one for one in names if role_of(one) == "x"] or sized[:1]  # a matrix to be factorized has any name
        if start is not None and data:
            hidden = {name: f"{HIDDEN_NAME}{'x' if name == data[0] else name}" for name in names}
            before, lacking = arguments(start, None)
            before = [one for one in before if min(stored([one])).startswith(HIDDEN_NAME)]
            given = ", ".join(f"{name}={hidden[name]}" for name in names)
            made = ast.parse(f"self = {self.owner}({given})").body[0]
            ast.fix_missing_locations(ast.copy_location(made, start))
            self.before, self.data = [*before, made, *self.before], [*hidden.values()]
            others = [one for one in self.free if one[1] != "self"]
            self.free = [*((start, hidden[name]) for _, name in lacking if name != "self"), *others]
        return self

    def keeps_data(self, method: ast.FunctionDef) -> Loop:
        """The same of a method that puts its x and y into its object, and reads them there: names take their place.

        Where other methods read them, too, they are data of the object.
        """
        names = list(defaults_of(method))[1:]
        given = [name for name in names if role_of(name) in ("x", "y") and (method, name) in self.free]
        loads = {part.id for part in walk(self.body) if isinstance(part, ast.Name)}
        put = any({*given} & names_in([one], {}) for one in self.before)
        if self.data or not put or loads & {*given}:
            return self
        own = [
            part for part in walk(self.body) if isinstance(part, ast.Attribute) and ast.unparse(part.value) == "self"
        ]
        stored = {part.attr for part in own if not isinstance(part.ctx, ast.Load)}
        held = sorted({part.attr for part in own if role_of(part.attr) in ("x", "y")} - stored)
        if {*map(role_of, held)} != {"x", "y"}:
            self.data = given
            return self
        named = ast.parse("\n".join(f"{HIDDEN_NAME}{name} = self.{name}" for name in held)).body
        self.before += [ast.fix_missing_locations(ast.copy_location(one, method)) for one in named]
        self.origin = self.body[0]
        self.body = [ByName(held).visit(one) for one in copy.deepcopy(self.body)]
        return self

    def definition(self) -> ast.FunctionDef:
        """A round as a function, all of whose names are those of the script; a `continue` ends it."""
        given = sorted({*stored(self.body), *self.counted})
        once = ast.For(ast.Name("_", ast.Store()), ast.Tuple([ast.Constant(0)], ast.Load()), self.body, [])
        tree: ast.FunctionDef = ast.parse(f"def {FUNCTION}(): pass").body[0]  # type: ignore[assignment]
        tree.body = [*([ast.Global(given)] if given else []), once]
        for node in (tree, *tree.body, once.target, once.iter, *once.iter.elts):  # type: ignore[attr-defined]
            ast.copy_location(node, self.body[0])
        return tree


class ByName(ast.NodeTransformer):
    """Puts names in the place of attributes of self."""

    def __init__(self, attributes: Collection[str]) -> None:
        self.attributes = attributes

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if ast.unparse(node.value) == "self" and node.attr in self.attributes:
            return ast.copy_location(ast.Name(f"{HIDDEN_NAME}{node.attr}", ast.Load()), node)
        return node


def loops_of(body: Sequence[ast.stmt], kinds: Collection[str] = ()) -> Iterator[Loop]:
    """The loops that train, of a script, of its functions, and of the methods of some of its classes.

    Args:
        kinds: names of these classes; a loop in one of them has its name as `owner`.
    """
    script = flat(body)
    functions = {one.name: one for one in script if isinstance(one, ast.FunctionDef)}
    methods = dict(methods_of(script, kinds))
    starts = {name: one for one, name in [*methods.items()][::-1] if one.name == "__init__"}
    steps = {f"self.{one.name}" for one in methods if trains(one.body)} | {
        name for name, one in functions.items() if lowers_an_argument(one)
    }
    whole, called = [], []
    for owner in (None, *functions.values(), *methods):
        if owner is not None:
            over_ranges(owner)
        inside = script if owner is None else flat(owner.body)
        loops = [
            at for at, one in enumerate(inside) if isinstance(one, ast.For | ast.While) and trains(one.body, steps)
        ]
        for at in loops:
            body, counted = round_of(inside[at])
            if body:
                before, free = arguments(owner, None) if owner in methods else way_to(owner, script, functions, DEEPEST)
                name = methods.get(owner) or owner.name if owner else ""
                before += inside[:at]
                body = forward_first(body, before)
                found = Loop(before, body, counted, inside[at].lineno, name, "", free, locals_of(owner, before, body))
                found = found.given_data(starts.get(name))
                yield (found.keeps_data(owner) if owner in methods else found).with_needed(functions)
                if owner in methods:
                    way, lacking = way_to(owner, script, functions, DEEPEST)
                    if not any(missing == "self" for _, missing in lacking):
                        begun = [*way, *inside[:at]]
                        called.append(Loop(begun, body, counted, inside[at].lineno, name, "", lacking, called=True))
        if owner is not None and owner in methods and not loops and trains(inside):
            before, free = arguments(owner, None)
            name = methods[owner]
            one = Loop(before, inside, {}, owner.lineno, name, owner.name, free)
            whole.append(one.given_data(starts.get(name)))
    yield from (one.with_needed(functions) for one in [*whole, *called])  # a loop makes first what it needs


def locals_of(owner: ast.FunctionDef | None, before: Sequence[ast.stmt], body: Sequence[ast.stmt]) -> set[str]:
    """The names that a loop in a function gives values first: no globals of its module."""
    shared = {name for part in walk([owner] if owner else ()) if isinstance(part, ast.Global) for name in part.names}
    return stored(body) - stored(before) - shared if owner else set()


def round_of(loop: ast.stmt) -> tuple[list[ast.stmt], dict[str, int]]:
    """A round of a loop, and the names that count: its body where that is repeated, all of it where it is over data."""
    assert isinstance(loop, ast.For | ast.While)
    repeated = isinstance(loop, ast.While) or repeats(loop)
    names = sorted(stored([loop.target])) if isinstance(loop, ast.For) and repeated else []
    ends = range_of(loop) if isinstance(loop, ast.For) else []
    first = ends[0].value if len(ends) == 2 and isinstance(ends[0], ast.Constant) else 0
    body = loop.body if repeated else [loop]
    return [one for one in body if not is_shown(one)], dict.fromkeys(names, first if type(first) is int else 0)


def forward_first(body: Sequence[ast.stmt], before: Sequence[ast.stmt]) -> list[ast.stmt]:
    """A round that ends with what was run before the loop, too, as `y_hat = sigmoid(X @ w)`: with that first."""
    known = {ast.unparse(one) for one in before if isinstance(one, ast.Assign)}
    ending = [one for one in body if isinstance(one, ast.Assign) and ast.unparse(one) in known]
    moved = [one for one in ending if not stored([one]) & given_first(body)]
    return [*moved, *(one for one in body if one not in moved)]


def methods_of(script: Sequence[ast.stmt], kinds: Collection[str]) -> Iterator[tuple[ast.FunctionDef, str]]:
    """The methods of classes and of those that they come from, each with the name of its class."""
    classes = {one.name: one for one in script if isinstance(one, ast.ClassDef)}
    for name in kinds:
        left = [classes[name]] if name in classes else []
        for one in left:
            left += [classes[base.id] for base in one.bases if isinstance(base, ast.Name) and base.id in classes]
            yield from ((method, name) for method in one.body if isinstance(method, ast.FunctionDef))


def flat(body: Iterable[ast.stmt]) -> list[ast.stmt]:
    """Statements, with those under `if __name__ == "__main__":`, `with` and `try` in their places.

    Where there is a loop after `except`, weights are read if they are there, and trained if not: that is taken.
    """
    found: list[ast.stmt] = []
    for one in body:
        main = isinstance(one, ast.If) and "__name__" in ast.unparse(one.test)
        handlers = [part for each in getattr(one, "handlers", ()) for part in flat(each.body)]
        if any(isinstance(part, ast.For | ast.While) for part in handlers):
            found += handlers
        else:
            found += flat(one.body) if main or isinstance(one, Around) else [one]  # type: ignore[attr-defined]
    return found


def trains(body: Sequence[ast.stmt], steps: Collection[str] = ()) -> bool:
    """Whether statements change something in place, or call what is named as if it did, or one of the `steps`."""
    for part in walk(body):
        if isinstance(part, ast.AugAssign) and isinstance(part.op, ast.Sub | ast.Add):
            if not isinstance(part.value, ast.Constant):
                return True
        elif isinstance(part, ast.Call):
            called = ast.unparse(part.func)
            if called in steps or STEP.search(called.rpartition(".")[2].lower()):
                return True
        elif isinstance(part, ast.Assign) and isinstance(part.value, ast.BinOp):
            own = ast.unparse(part.targets[0])
            if isinstance(part.value.op, ast.Sub | ast.Add) and ast.unparse(part.value.left) == own:
                return True
    return False


def lowers_an_argument(function: ast.FunctionDef) -> bool:
    """Whether a function subtracts a product from what it is given, as `w - rate * dw`."""
    for part in ast.walk(function):
        if isinstance(part, ast.AugAssign | ast.BinOp) and isinstance(part.op, ast.Sub):
            lowered, by = (part.left, part.right) if isinstance(part, ast.BinOp) else (part.target, part.value)
            if root_of(lowered) in defaults_of(function) and isinstance(by, ast.BinOp) and isinstance(by.op, ast.Mult):
                return True
    return False


def way_to(
    owner: ast.FunctionDef | None, script: list[ast.stmt], functions: Mapping[str, ast.FunctionDef], deep: int
) -> tuple[list[ast.stmt], list[tuple[ast.FunctionDef, str]]]:
    """The statements before a function begins, with those that give it its arguments; and those that nobody gives."""
    if owner is None or deep == 0:
        return [], []
    callers = [None, *(one for one in functions.values() if one is not owner)]
    for caller in callers:
        inside = script if caller is None else flat(caller.body)
        for at, statement in enumerate(inside):
            calls = [part for part in ast.walk(statement) if isinstance(part, ast.Call)]
            call = next((part for part in calls if calls_it(part, owner)), None)
            if call is not None and not isinstance(statement, ast.FunctionDef | ast.ClassDef):
                before, free = way_to(caller, script, functions, deep - 1)
                given, lacking = arguments(owner, call)
                return [*before, *inside[:at], *within(statement, call), *given], [*free, *lacking]
    given, lacking = arguments(owner, None)
    return given, lacking


def calls_it(call: ast.Call, owner: ast.FunctionDef) -> bool:
    """Whether a call is one of a function, or of a method, of what is no `self`."""
    if "self" not in defaults_of(owner):
        return ast.unparse(call.func) == owner.name
    func = call.func
    return isinstance(func, ast.Attribute) and func.attr == owner.name and root_of(func) not in ("self", "super", "")


def within(statement: ast.stmt, call: ast.Call) -> list[ast.stmt]:
    """The statements in loops and branches before a call that stands in them, in the first round of each."""
    found: list[ast.stmt] = []
    if isinstance(statement, ast.For):
        first = ast.Assign([statement.target], ast.parse("next(iter(0))", mode="eval").body)
        first.value.args[0].args[0] = statement.iter  # type: ignore[attr-defined]
        found.append(ast.fix_missing_locations(ast.copy_location(first, statement)))
    for block in (getattr(statement, "body", ()), getattr(statement, "orelse", ())):
        at = next((at for at, one in enumerate(block) if call in ast.walk(one)), None)
        if at is not None:
            return [*found, *block[:at], *within(block[at], call)]
    return []


def arguments(
    owner: ast.FunctionDef, call: ast.Call | None
) -> tuple[list[ast.stmt], list[tuple[ast.FunctionDef, str]]]:
    """What gives the arguments of a function their values: as they are called, else as they are by default."""
    defaults = defaults_of(owner)
    names = list(defaults)
    args = call.args if call is not None else []
    if call is not None and names[:1] == ["self"] and isinstance(call.func, ast.Attribute):
        args = [call.func.value, *args]
    given = dict(zip(names, args, strict=False)) if not any(isinstance(one, ast.Starred) for one in args) else {}
    given |= {one.arg: one.value for one in (call.keywords if call is not None else []) if one.arg}
    values = {name: given.get(name, defaults[name]) for name in names}
    kept = {name: f"{HIDDEN_NAME}{name}" for name, value in values.items() if value is not None}
    pairs = [(kept[name], value) for name, value in values.items() if value is not None]
    pairs += [(name, ast.Name(hidden, ast.Load())) for name, hidden in kept.items()]  # one may have the name of another
    found = [ast.Assign([ast.Name(name, ast.Store())], value) for name, value in pairs]
    for one in found:
        ast.fix_missing_locations(ast.copy_location(one, call or owner))
    return list(found), [(owner, name) for name in names if name not in kept]


def needed(before: Sequence[ast.stmt], wanted: set[str], functions: Mapping[str, ast.FunctionDef]) -> list[ast.stmt]:
    """The statements that make what is wanted, and what those need."""
    wanted = set(wanted)
    kept: list[ast.stmt] = []
    for one in reversed(before):
        if isinstance(one, ast.Return | ast.Raise | ast.While | ast.Global) or (
            isinstance(one, ast.For) and trains_again(one)
        ):
            continue
        if (stored([one]) | changed_in(one)) & wanted:
            kept.append(one)
            wanted |= names_in([one], functions)
    return kept[::-1]


def trains_again(loop: ast.For) -> bool:
    """Whether a loop before the one that is looked at is another training."""
    calls = [ast.unparse(part.func).rpartition(".")[2] for part in ast.walk(loop) if isinstance(part, ast.Call)]
    return repeats(loop) and any(re.search(r"backward|back_?prop|update|train|fit", name.lower()) for name in calls)
