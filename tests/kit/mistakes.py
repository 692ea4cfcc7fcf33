"""Classic mistakes, put into a right class by changing its source.

A mistake is a function of the class's definition that changes it in place and returns the line that it has changed, or
None where the class has no place for it. Only the first place is taken, so each class gives at most one of a kind.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator

BACK = re.compile(r"back|grad|prime|^loss$", re.IGNORECASE)
FORWARD = re.compile(r"forward|call|predict", re.IGNORECASE)

Mistake = Callable[[ast.ClassDef], int | None]


def methods(definition: ast.ClassDef, pattern: re.Pattern[str]) -> Iterator[ast.FunctionDef]:
    for part in definition.body:
        named = isinstance(part, ast.FunctionDef) and pattern.search(part.name) and not part.name.startswith("zero")
        if named and (part.name != "loss" or started(part)):
            yield part


def places(root: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST, ast.stmt]]:
    """Every expression below a node: what holds it, in which field, at which place in a list, and its statement."""
    statement: ast.stmt | None = None

    def below(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST, ast.stmt]]:
        nonlocal statement
        for field, value in ast.iter_fields(node):
            for at, item in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(item, ast.stmt):
                    statement = item
                if isinstance(item, ast.expr) and statement is not None and field not in ("targets", "target"):
                    yield node, field, at, item, statement
                if isinstance(item, ast.AST):
                    yield from below(item)

    yield from below(root)


def put(holder: ast.AST, field: str, at: int | None, new: ast.AST) -> None:
    if at is None:
        setattr(holder, field, new)
    else:
        getattr(holder, field)[at] = new


def replaced(definition: ast.ClassDef, change: Callable[[ast.AST, ast.stmt], ast.expr | None]) -> int | None:
    """Replace the first expression of a backward method for which `change` gives another."""
    for method in methods(definition, BACK):
        late = started(method)
        for holder, field, at, node, statement in list(places(method)):
            if statement.lineno >= late and field not in ("func", "decorator_list", "annotation"):
                new = change(node, statement)
                if new is not None:
                    put(holder, field, at, new)
                    return statement.lineno
    return None


def started(method: ast.FunctionDef) -> int:
    """The line where gradients begin in a method that computes the loss, too."""
    lines = [one.lineno for one in ast.walk(method) if isinstance(one, ast.Assign) and "grads = {}" in ast.unparse(one)]
    return max(lines, default=0)


def code(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def is_call(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names


def is_product(node: ast.AST) -> bool:
    return is_call(node, "dot", "matmul") or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult))


def transposed(definition: ast.ClassDef) -> int | None:
    """A matrix without its .T, or with one too many."""

    def change(node: ast.AST, statement: ast.stmt) -> ast.expr | None:
        if isinstance(node, ast.Attribute) and node.attr == "T":
            return node.value
        return None

    return replaced(definition, change)


def without_mean(definition: ast.ClassDef) -> int | None:
    """A lost 1/n."""

    def change(node: ast.AST, statement: ast.stmt) -> ast.expr | None:
        count = re.compile(r"len\(|\.shape\[|\.size|^n$|^m$|batch_size|steps|h \* w")
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and count.search(ast.unparse(node.right)):
            return node.left
        return None

    return replaced(definition, change)


def wrong_axis(definition: ast.ClassDef) -> int | None:
    def change(node: ast.AST, statement: ast.stmt) -> ast.expr | None:
        if not is_call(node, "sum", "mean"):
            return None
        new = copy.deepcopy(node)
        for keyword in new.keywords:  # type: ignore[attr-defined]
            if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant | ast.UnaryOp):
                keyword.value = ast.Constant(1 - abs(ast.literal_eval(keyword.value)))
                return new  # type: ignore[return-value]
        return None

    return replaced(definition, change)


OTHER_ARGUMENT = {"a1": "z1", "A1": "Z1", "a": "z", "A": "Z", "hat": "gamma", "pre": "x", "h": "x"}


def wrong_argument(definition: ast.ClassDef) -> int | None:
    """A derivative at z in place of a, or the other way round."""
    text = ast.unparse(definition)

    def change(node: ast.AST, statement: ast.stmt) -> ast.expr | None:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and ast.unparse(node.left) in ("1", "1.0"):
            for old, new in OTHER_ARGUMENT.items():
                if f"self.{new} = " in text and re.search(rf"self\.{old}\b", ast.unparse(node)):
                    return code(re.sub(rf"self\.{old}\b", f"self.{new}", ast.unparse(node)))
        return None

    return replaced(definition, change)


def after_update(definition: ast.ClassDef) -> int | None:
    """A weight is updated before the way back uses it."""
    for method in methods(definition, BACK):
        for block in [method.body]:
            for at, statement in enumerate(block):
                target = statement.targets[0] if isinstance(statement, ast.Assign) else None
                if target is None or not isinstance(target, ast.Attribute):
                    continue
                name = re.sub(r"^(d|grad_?|dLd)|_?grad$", "", target.attr)
                later = "\n".join(map(ast.unparse, block[at + 1 :]))
                stored = f"self.{name} = " in ast.unparse(definition) or f"self.{name}, " in ast.unparse(definition)
                if name and name != target.attr and stored and re.search(rf"self\.{name}\b(?! =)", later):
                    update = ast.parse(f"self.{name} -= 0.1 * self.{target.attr}").body[0]
                    update.lineno = statement.lineno
                    block.insert(at + 1, update)
                    return statement.lineno + 1
    return None


def sign(definition: ast.ClassDef) -> int | None:
    def change(node: ast.AST, statement: ast.stmt) -> ast.expr | None:
        if isinstance(statement, ast.Assign) and node is statement.value and not isinstance(node, ast.Name | ast.Tuple):
            if re.match(r"^(np\.zeros|\[|\{|self\.cache|cache|len|X\.shape)", ast.unparse(node)):
                return None
            if isinstance(node, ast.Call | ast.BinOp) and "shape" not in ast.unparse(node):
                return ast.UnaryOp(ast.USub(), node)
        return None

    return replaced(definition, change)


def stale_cache(definition: ast.ClassDef) -> int | None:
    """What forward keeps is kept from the first call alone."""
    for method in methods(definition, FORWARD):
        for at, statement in enumerate(method.body):
            target = statement.targets[0] if isinstance(statement, ast.Assign) else None
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
                test = code(f"getattr(self, '{target.attr}', None) is None")
                method.body[at] = ast.If(test, [statement], [], lineno=statement.lineno)
                return statement.lineno
    return None


def missing_term(definition: ast.ClassDef) -> int | None:
    """The gradient of one branch is not added."""
    for method in methods(definition, BACK):
        for block in blocks(method):
            for at, statement in enumerate(block):
                loop = isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add)
                if loop and block is method.body and isinstance(statement.target, ast.Name):
                    del block[at]
                    return statement.lineno
    return None


def blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for part in ast.walk(node):
        body = getattr(part, "body", None)
        if isinstance(body, list):
            yield body


def not_summed(definition: ast.ClassDef) -> int | None:
    """A gradient that broadcasting makes of the wrong shape: a sum over the samples is left out."""

    def change(node: ast.AST, statement: ast.stmt) -> ast.expr | None:
        if is_call(node, "sum") and isinstance(statement, ast.Assign) and node is statement.value:
            of_numpy = ast.unparse(node.func.value) == "np"  # type: ignore[attr-defined]
            return node.args[0] if of_numpy else node.func.value  # type: ignore[attr-defined]
        return None

    return replaced(definition, change)


def off_by_one(definition: ast.ClassDef) -> int | None:
    """The wrong step of time, or the wrong layer."""

    def change(node: ast.AST, statement: ast.stmt) -> ast.expr | None:
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            text = ast.unparse(node)
            for old, new in ((r"\bt - 1\b", "t"), (r"\bt \+ 1\b", "t"), (r"\bl \+ 1\b", "l")):
                if re.search(old, text):
                    return code(re.sub(old, new, text))
        return None

    return replaced(definition, change)


def mask_reversed(definition: ast.ClassDef) -> int | None:
    def change(node: ast.AST, statement: ast.stmt) -> ast.expr | None:
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Gt | ast.LtE | ast.Lt):
            other = ast.Lt() if isinstance(node.ops[0], ast.Gt) else ast.Gt()
            return ast.Compare(node.left, [other], node.comparators)
        if isinstance(node, ast.Attribute) and node.attr in ("mask", "keep"):
            return ast.UnaryOp(ast.Invert(), node)
        return None

    return replaced(definition, change)


def dropout_scale(definition: ast.ClassDef) -> int | None:
    def change(node: ast.AST, statement: ast.stmt) -> ast.expr | None:
        division = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
        if division and re.fullmatch(r"1(\.0)? - self\.(p|ratio)", ast.unparse(node.right)):
            return node.left
        return None

    return replaced(definition, change)


def mean_term(definition: ast.ClassDef) -> int | None:
    """Batch norm without what the mean or the variance adds."""

    def change(node: ast.AST, statement: ast.stmt) -> ast.expr | None:
        difference = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)
        if difference and (is_call(node.right, "mean") or ast.unparse(node.right) == "dmu / n"):
            return node.left
        return None

    return replaced(definition, change)


def whole_division(definition: ast.ClassDef) -> int | None:
    def change(node: ast.AST, statement: ast.stmt) -> ast.expr | None:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            return ast.BinOp(node.left, ast.FloorDiv(), node.right)
        return None

    return replaced(definition, change)


def shared_array(definition: ast.ClassDef) -> int | None:
    """Two names for one array: a copy that is left out, or zeros for two gradients at once."""
    for method in methods(definition, BACK):
        for statement in ast.walk(method):
            if not isinstance(statement, ast.Assign):
                continue
            value, target = statement.value, statement.targets[0]
            source = ast.unparse(value).removesuffix(".copy()")
            after = "\n".join(ast.unparse(one) for one in method.body if one.lineno > statement.lineno)
            needed = source.startswith("self.") or re.search(rf"\b{re.escape(source)}\b", after)
            if is_call(value, "copy") and needed:
                statement.value = value.func.value  # type: ignore[attr-defined]
                return statement.lineno
            both = isinstance(value, ast.Tuple) and isinstance(target, ast.Tuple) and len(value.elts) == 2
            if both and all("zeros_like" in ast.unparse(one) for one in value.elts):
                if (
                    "Whh" in ast.unparse(value)
                    or "Wh)" in ast.unparse(value)
                    or "self.x)" in ast.unparse(value)
                    or "inputs" in ast.unparse(value)
                ):
                    continue  # of other shapes
                statement.targets = list(target.elts)
                statement.value = value.elts[0]
                return statement.lineno
    return None


MISTAKES: dict[str, tuple[Mistake, str]] = {
    "a transpose": (transposed, r"wrong way round|transpose|wrong order|[Ii]s a matrix the wrong"),
    "missing 1/n": (without_mean, r"1/n|divide by|n, once|mean over|samples|factor 1/|twice too large|times the right"),
    "wrong axis": (wrong_axis, r"axis|keepdims|summed"),
    "derivative at the wrong argument": (wrong_argument, r"stands where|derivative"),
    "after the update": (after_update, r"update"),
    "sign": (sign, r"sign"),
    "stale cache": (stale_cache, r"second batch|first call|first batch"),
    "missing term of a branch": (missing_term, r"term|0 everywhere"),
    "wrong broadcast": (not_summed, r"not summed|one sample alone|summed over|axis"),
    "off by one in time": (off_by_one, r"off by one|stands where"),
    "mask reversed": (mask_reversed, r"mask"),
    "dropout's scale": (dropout_scale, r"factor 1/|multipl"),
    "batch norm's mean term": (mean_term, r"mean is missing|variance is|term is missing"),
    "integer division": (whole_division, r"fraction"),
    "shared array": (shared_array, r"same array"),
}
"""Each mistake, and what a right hint says of it."""


def with_mistake(source: str, name: str, mistake: str) -> tuple[str, int] | None:
    """A file's source with a mistake in one of its classes, and the line; None where there is no place for it."""
    tree = ast.parse(source)
    definition = next(part for part in tree.body if isinstance(part, ast.ClassDef) and part.name == name)
    before = ast.unparse(definition)
    if MISTAKES[mistake][0](definition) is None or ast.unparse(definition) == before:
        return None
    old, new = before.splitlines(), ast.unparse(ast.fix_missing_locations(definition)).splitlines()
    text = ast.unparse(tree)
    start = text.splitlines().index(new[0])
    changed = next(at for at, line in enumerate(new) if at >= len(old) or line != old[at])
    return f"{text}\n", start + changed + 1
