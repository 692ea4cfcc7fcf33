"""An author's own training method is read: what its arguments are for, and which loop is that of the epochs.

It is shortened to one step: the loop of the epochs ends after its first round, what comes after the update in a round
is left out, as metrics and early stopping, and so is what makes the parameters anew before.
"""

from __future__ import annotations

import ast
import copy
import inspect
import re
import textwrap
from collections.abc import Callable, Collection, Iterator
from types import CodeType, FunctionType
from typing import Any

from twinprop.gradcheck.arrays.held import arrays_of, is_learnt, wrapped_in
from twinprop.gradcheck.faults import is_users, is_users_own
from twinprop.gradcheck.source.reading import class_of, mangled, parsed
from twinprop.gradcheck.source.roles import Method, word_of
from twinprop.gradcheck.source.sources import nodes_of, source_of

NAMES = re.compile(
    r"(partial)?fit\w*|(batch)?train(?!ed|ing|able|set|data|x|y|loss|acc|err)\w*|(mini|full)?(batch)?(sgd|bgd|mbgd|gd)|learn|"
    r"teach|(stochastic|mini|batch)*gradientdescent\w*|(mini)?batchupdate|update(mini|on)?batch|runepoch|step|update"
)
"""Names of methods that train, in lower case and without underscores."""

STEPS = re.compile(
    r"(n|num|number|max)?(of)?(epochs?|iterations?|iters?|steps?|itera)(num|count)?|maxiter|epoch(s|es)?"
)
BATCH = re.compile(r"(mini)?batch(size)?|nbatch|bs|sizeofbatch")
PENALTY = re.compile(r"penalty|lam\w*|lmbda|reg\w*|l[12]\w*|weightdecay|wd|decay\w*")
OFF = re.compile(rf"{PENALTY.pattern}|momentum|mu|dropout\w*|droprate|shuffle")
"""Arguments and attributes that are 0 in a plain step."""

NO_OUTPUT = re.compile(r"back|grad|deriv|prime|loss|cost|error|normal|one_?hot|shuffle|split|batch|train|fit")
"""Words in names of methods that are given data, and do not go forward."""

OTHERS = re.compile(r"(x|y|t)?(val|valid|test|dev|eval)\w*")
"""Data beside those that are trained on."""

PACKED = re.compile(r"\w*(data|set|batch|samples|examples|pairs|points|loader)|train|xy|minibatches")
"""An argument that holds inputs and targets."""

ONE_BESIDE = re.compile(r"\.(append|insert)\([\w.]+, *(0, *)?1(\.0*)?[,)]")
"""`np.append(x, 1)` and `np.insert(x, 0, 1)`."""

ACTIVATION = "sigm|softm|tanh|relu|activ"

SHORTENED = "_one_step"
"""An attribute of a function that was shortened."""


TREE = "_tree"
"""An attribute of a function that stands in no file: its definition."""


def training_methods(made: Any) -> list[str]:
    """The names of the methods that train, those first that do a single step."""
    single = r".*(batch|step|update).*"
    functions = {name: function_of(made, name) for name in dir(type(made)) if NAMES.fullmatch(word_of(name))}
    names = [name for name, one in functions.items() if one and is_users(one.__code__.co_filename)]
    return sorted(names, key=lambda name: (not re.fullmatch(single, word_of(name)), word_of(name)))


def goes_through(function: Any, names: Collection[str]) -> bool:
    """Whether a function goes through one of its arguments in a loop, as through the words of a sentence."""
    loops = [ast.unparse(node.iter) for node in nodes_of(function) if isinstance(node, ast.For)]
    return any(text in (name, f"range(len({name}))") for text in loops for name in names)


def function_of(made: Any, name: str) -> FunctionType | None:
    """The function of a method of the user's, as the class has it; None where it is none."""
    one = inspect.getattr_static(type(made), name, None)
    return one if isinstance(one, FunctionType) else None


def definition_of(function: Any) -> ast.FunctionDef | None:
    """A function's definition, with the lines that it has in its file; None where its source is not known."""
    own: ast.FunctionDef | None = getattr(function, TREE, None)
    if own is not None:
        return copy.deepcopy(own)
    try:
        lines, start = inspect.getsourcelines(function)
        tree = parsed(textwrap.dedent("".join(lines)), function.__code__.co_filename).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return None
    ast.increment_lineno(mangled(tree, class_of(function)), start - 1)
    return tree if isinstance(tree, ast.FunctionDef) else None


def compiled(tree: ast.FunctionDef, function: FunctionType) -> CodeType:
    """The code of a definition that takes the place of a function's.

    Raises:
        SyntaxError, ValueError: it cannot be compiled.
    """
    free = function.__code__.co_freevars
    owner = class_of(function)
    if owner.isidentifier() and set(free) <= {"__class__"}:
        # a method that says super() finds its class in a cell; one that says self.__x, by the name of its class
        maker = ast.parse(f"class {owner}: pass")
    else:
        maker = ast.parse(f"def make({', '.join(free)}): pass")
    holder: Any = maker.body[0]
    holder.body = [tree]
    made = compile(ast.fix_missing_locations(maker), function.__code__.co_filename, "exec")
    return next(code for code in codes_in(made) if code.co_name == tree.name)


def codes_in(code: CodeType) -> Iterator[CodeType]:
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield part
            yield from codes_in(part)


def shorten(made: Any, name: str) -> None:
    """Make a method of an object's class do one step, and those that it inherits under that name."""
    learnt = {ref.attribute for ref in arrays_of(wrapped_in(made), is_learnt)}
    held = {ref.attribute for ref in arrays_of(wrapped_in(made))}
    held |= learnt & stepped(definition_of(function_of(made, name)))
    inherited = [vars(kind).get(name) for kind in type(made).__mro__ if is_users_own(kind)]
    for function in dict.fromkeys([function_of(made, name), *inherited]):
        short = definition_of(function)
        if isinstance(function, FunctionType) and short is not None:
            setattr(function, SHORTENED, lambda tree: one_step(tree, held, lambda other: function_of(made, other)))
            one_step(short, held, lambda other: function_of(made, other))
            function.__code__ = compiled(short, function)


def stepped(tree: ast.FunctionDef | None) -> set[str]:
    """The attributes of self to which a definition adds something, or from which it subtracts; a bias may be one."""
    nodes = list(ast.walk(tree)) if tree is not None else []
    steps: list[ast.expr] = []
    steps += [one.target for one in nodes if isinstance(one, ast.AugAssign) and isinstance(one.op, ast.Add | ast.Sub)]
    for one in nodes:
        value = one.value if isinstance(one, ast.Assign) else None
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Sub) and isinstance(one, ast.Assign):
            steps += [target for target in one.targets if ast.unparse(target) == ast.unparse(value.left)]
    return {one.attr for one in steps if isinstance(one, ast.Attribute) and ast.unparse(one.value) == "self"}


def one_step(tree: ast.FunctionDef, held: set[str], method: Callable[[str], Any]) -> None:
    """Shorten a definition.

    Args:
        held: attributes of self that hold arrays.
        method: the function of a method of self.
    """
    loop = epoch_loop(tree)
    if loop is None:
        return
    before = tree.body[: tree.body.index(loop)] if loop in tree.body else []
    given = {one.arg for one in tree.args.args[1:]}
    for one in before:  # what is computed from the data is data, too
        stored = [part for part in ast.walk(one) if isinstance(getattr(part, "ctx", None), ast.Store)]
        given |= {ast.unparse(part) for part in stored if isinstance(one, ast.Assign) and computes(one, given)}
    tree.body[: len(before)] = [one for one in before if not makes_anew(one, held, given, method)]
    if isinstance(loop, ast.While):
        loop.test = ast.copy_location(ast.Constant(True), loop.test)
    updates = [at for at, one in enumerate(loop.body) if changes(one, held, method)]
    loop.body[updates[-1] + 1 if updates else len(loop.body) :] = [ast.copy_location(ast.Break(), loop.body[-1])]


def epoch_loop(tree: ast.FunctionDef) -> ast.For | ast.While | None:
    """The first loop that repeats what is in it, and does not run over the data."""
    over_ranges(tree)
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For | ast.While)]
    return next((loop for loop in loops if isinstance(loop, ast.While) or repeats(loop)), None)


def over_ranges(tree: ast.FunctionDef) -> None:
    """Let loops run over the range itself, not over a name for one: `steps = tqdm(range(n))`, `for i in steps`."""
    ranges = {
        ast.unparse(node.targets[0]): node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and "range(" in ast.unparse(node.value)
    }
    for loop in ast.walk(tree):
        if isinstance(loop, ast.For) and isinstance(loop.iter, ast.Name) and loop.iter.id in ranges:
            loop.iter = ast.copy_location(copy.deepcopy(ranges[loop.iter.id]), loop.iter)


def runs_over_samples(tree: ast.FunctionDef | None) -> bool:
    """Whether there is another loop beside that of the epochs."""
    if tree is None:
        return False
    first = epoch_loop(tree)
    return any(isinstance(node, ast.For | ast.While) and node is not first for node in ast.walk(tree))


def puts_one_beside(made: Any) -> bool:
    """Whether a class puts a 1 beside a sample for the bias, as `np.append(x, 1)` does, which takes no batch."""
    kind: Any = type(made)
    return ONE_BESIDE.search(source_of(kind)) is not None


def repeats(loop: ast.For) -> bool:
    """Whether a loop runs over a count, and its number is no index."""
    text = ast.unparse(loop.iter)
    if not re.search(r"range\(", text) or re.search(r"len\(|\.shape|\.size", text) or not range_of(loop):
        return False
    name = ast.unparse(loop.target)
    inside = [part for one in loop.body for part in ast.walk(one)]
    indexed = [part for part in inside if isinstance(part, ast.Subscript)]
    # what is only written there is a history, as `self.J[i] = cost`
    read = {ast.unparse(one.value) for one in indexed if isinstance(one.ctx, ast.Load)}
    slices = [one.slice for one in indexed if isinstance(one.ctx, ast.Load) or ast.unparse(one.value) in read]
    changed = [part.target for part in inside if isinstance(part, ast.AugAssign)]
    slices += [one.slice for one in changed if isinstance(one, ast.Subscript)]
    return not any(isinstance(part, ast.Name) and part.id == name for one in slices for part in ast.walk(one))


def range_of(loop: ast.For) -> list[ast.expr]:
    """The arguments of the range that a loop runs over, but for a step."""
    calls = [node for node in ast.walk(loop.iter) if isinstance(node, ast.Call)]
    found = next((one.args for one in calls if ast.unparse(one.func).endswith("range")), [])
    return [] if len(found) > 2 else found


def own(node: ast.AST) -> Iterator[tuple[ast.Attribute, bool]]:
    """Attributes of self in a statement, and whether something is put there."""
    targets = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute | ast.Subscript) and isinstance(part.ctx, ast.Store):
            targets.add(id(root(part)))
        if isinstance(part, ast.Attribute) and part.attr in ("append", "insert"):
            targets.add(id(root(part.value)))
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and ast.unparse(part.value) == "self":
            yield part, id(part) in targets


def root(node: ast.expr) -> ast.expr:
    """`self.W` of `self.W[0][:, 1]`."""
    return root(node.value) if isinstance(node, ast.Subscript) else node


def changes(node: ast.AST, held: set[str], method: Callable[[str], Any]) -> bool:
    """Whether a statement puts something into an attribute that holds arrays, or calls what does."""
    if any((stored and part.attr in held) or puts(method(part.attr), held) for part, stored in own(node)):
        return True
    calls = [ast.unparse(part.func).lower() for part in ast.walk(node) if isinstance(part, ast.Call)]
    steps = [part.target for part in ast.walk(node) if isinstance(part, ast.AugAssign)]
    of_layers = [one for one in map(root, steps) if isinstance(one, ast.Attribute) and ast.unparse(one.value) != "self"]
    return bool(of_layers) or any(re.search("step|update|backward|backprop|optim", one) for one in calls)


def puts(function: Any, held: set[str]) -> bool:
    """Whether a method puts something into an attribute that holds arrays."""
    tree = definition_of(function) if function is not None else None
    return tree is not None and any(stored and part.attr in held for part, stored in own(tree))


def makes_anew(node: ast.AST, held: set[str], given: set[str], method: Callable[[str], Any]) -> bool:
    """Whether a statement before the epochs makes arrays that are there already; what is data, it has to keep."""
    if isinstance(node, ast.Assign) and computes(node, given):
        return False
    return any(
        (stored and part.attr in held)
        or (re.search("init|build|reset", part.attr.lower()) is not None and puts(method(part.attr), held))
        for part, stored in own(node)
    )


def computes(node: ast.Assign, given: set[str]) -> bool:
    """Whether an assignment looks at the numbers of data, and not at their shapes alone, as what makes weights does."""
    parts = list(ast.walk(node.value))
    shapes = [part.value for part in parts if isinstance(part, ast.Attribute) and part.attr in ("shape", "size")]
    calls = [part for part in parts if isinstance(part, ast.Call)]
    shapes += [one for part in calls if ast.unparse(part.func) in ("len", "np.shape") for one in part.args]
    looked_at = {part for one in shapes for part in ast.walk(one)}
    outer = ast.unparse(node.value.func) if isinstance(node.value, ast.Call) else ""
    makes = re.search("init|build|reset|weight|rand|zeros|ones|empty|param", outer)
    return not makes and any(part not in looked_at and ast.unparse(part) in given for part in parts)


def purposes(method: Method, tree: ast.FunctionDef) -> dict[str, str]:
    """What each argument of a training method is for, but for those with a default that nobody has to know of.

    `x`, `y`, `data` of both, `other` data, `steps`, `batch`, `rate`, `off` for what is 0, `one` for a number, `=mse`
    for a word that it is compared with.
    """
    loop = epoch_loop(tree)
    ends = range_of(loop) if isinstance(loop, ast.For) else []
    counts = {part.id for one in ends for part in ast.walk(one) if isinstance(part, ast.Name)}
    found: dict[str, str] = {}
    free = []
    roles = {one.role for one in method.needed}
    # fit(epochs, x=None, y=None)
    offered = {one.role: one for one in method.arguments[::-1] if one.role in ("x", "y") and not roles & {"x", "y"}}
    for one in method.arguments:
        word = word_of(one.name)
        asked = one.needed and one.role not in ("training", "testing", "optimizer")
        if isinstance(one.fixed, str):
            found[one.name] = f"={one.fixed}"
        elif one.name in counts or STEPS.fullmatch(word):
            found[one.name] = "steps"
        elif BATCH.fullmatch(word) and word not in ("batch", "minibatch"):
            found[one.name] = "batch"
        elif OFF.fullmatch(word):
            found[one.name] = "off"
        elif OTHERS.fullmatch(word):
            found[one.name] = "other"
        elif one.role == "rate":
            found[one.name] = "rate"
        elif asked or offered.get(one.role) is one:
            free.append(one)
    targets = next((one.name for one in free if one.role == "y"), "")
    if len(free) > 1 and not targets and not PACKED.fullmatch(word_of(free[0].name)):
        targets = free[1].name
    names = [one.name for one in free if one.name != targets]
    if names:
        found[names[0]] = "x" if targets else "data"
    if targets:
        found[targets] = "y"
    for name in names[1:]:
        found[name] = "one" if "rate" in found.values() else "rate"
    return found


def given_the_input(function: Any) -> Iterator[str]:
    """The methods whose result for an argument of a training is kept there, as in `out = self.think(x)`."""
    tree = definition_of(function)
    arguments = {one.arg for one in tree.args.args[1:]} if tree is not None else set()
    for node in ast.walk(tree) if tree is not None else ():
        call = node.value if isinstance(node, ast.Assign) else None
        if isinstance(call, ast.Call) and call.args and ast.unparse(call.args[0]) in arguments:
            owner, _, name = ast.unparse(call.func).rpartition(".")
            if owner == "self" and not NO_OUTPUT.search(name.lower()):
                yield name


def applied_after(tree: ast.FunctionDef, front: str) -> str:
    """What a loop applies to the output that a method returns, as `self.sigmoid` in `a = self.sigmoid(zs[-1])`."""
    names = {
        ast.unparse(node.targets[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and re.search(rf"\.{front}\(", ast.unparse(node.value))
    }
    for node in ast.walk(tree):
        call = node.value if isinstance(node, ast.Assign) else None
        given = ast.unparse(root(call.args[0])) if isinstance(call, ast.Call) and len(call.args) == 1 else ""
        if isinstance(call, ast.Call) and given in names and re.search(ACTIVATION, ast.unparse(call.func)):
            return ast.unparse(call.func)
    return ""
