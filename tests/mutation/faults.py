"""The faults that a hand might make, found in the syntax tree of a module."""

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.mutation.reading import (
    ALIKE,
    ARITHMETIC,
    FLIPS,
    FORGOTTEN,
    FORGOTTEN_FUNCTIONS,
    IDENTIFIER,
    SPOKEN,
    SPOKEN_OF,
    SQL,
    SQL_TOKENS,
    SWAPPED_NAMES,
    is_docstring,
    is_text,
    is_told,
    name_of,
    owner_of,
    short,
)

Proposal = tuple[str, ast.AST | None]


@dataclass(frozen=True)
class Fault:
    """One change of one place, and how to make it in a tree of the whole module."""

    file: str
    where: str  # qualified name of the function or class; "" for the module itself
    line: int
    lines: frozenset[int]
    text: str  # the line of source
    operator: str
    change: str  # `before` -> `after`
    make: Callable[[], ast.Module] = field(compare=False, repr=False)
    kind: str = "function"  # or "default", "constant"

    @property
    def key(self) -> tuple[str, str, str, str]:
        return (self.file, self.where, self.text, self.change)

    def __str__(self) -> str:
        return f"{self.file}:{self.line} in {self.where or 'the module'}: {self.change}  [{self.operator}]\n      {self.text}"


def faults_of(path: Path, root: Path) -> list[Fault]:
    """All faults for a file, in the order of its lines, each once."""
    source = path.read_text(encoding="utf-8")
    finder = _Finder(str(path.relative_to(root)), source)
    finder.visit_body(finder.tree, "", in_function=False)
    seen: set[tuple[str, ...]] = set()
    unique = []
    for fault in sorted(finder.found, key=lambda fault: (fault.line, fault.change)):
        if (again := (*fault.key, str(fault.line), fault.operator)) not in seen:
            seen.add(again)
            unique.append(fault)
    return unique


class _Finder:
    def __init__(self, file: str, source: str) -> None:
        self.file = file
        self.source = source.splitlines()
        self.tree = ast.parse(source)
        self.found: list[Fault] = []
        self.uses: dict[str, set[int]] = defaultdict(set)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                self.uses[node.id].add(node.lineno)
            elif isinstance(node, ast.Attribute):
                self.uses[node.attr].add(node.lineno)

    # --- walking -----------------------------------------------------------------------------------
    def visit_body(self, node: ast.AST, where: str, *, in_function: bool) -> None:
        for name in ("body", "orelse", "finalbody"):
            for index, statement in enumerate(getattr(node, name, [])):
                self.visit_statement(node, name, index, statement, where, in_function=in_function)
        for handler in getattr(node, "handlers", []):
            self.visit_body(handler, where, in_function=in_function)
        for case in getattr(node, "cases", []):
            self.visit_body(case, where, in_function=in_function)

    def visit_statement(
        self,
        parent: ast.AST,
        name: str,
        index: int,
        node: ast.stmt,
        where: str,
        *,
        in_function: bool,
    ) -> None:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.visit_function(node, where, nested=in_function)
            return
        if isinstance(node, ast.ClassDef):
            if not in_function and node.name != "Meta":  # gone once Django has read it
                inner = f"{where}.{node.name}" if where else node.name
                self.visit_body(node, inner, in_function=False)
            return
        if not in_function:
            self.visit_constant(node, where)
            return
        if is_docstring(node) or isinstance(node, (ast.Import, ast.ImportFrom, ast.Global)):
            return
        for operator, new in _of_statement(node):
            self.add(parent, name, index, node, node, where, operator, new or ast.Pass())
        if isinstance(node, (ast.If, ast.While)):
            for value in (True, False) if isinstance(node, ast.If) else (False,):
                operator, new = ("always" if value else "never"), ast.Constant(value=value)
                self.add(node, "test", None, node.test, node, where, operator, new)
        for child_name, child_index, child in _expressions(node):
            self.visit_expression(node, child_name, child_index, child, node, where)
        self.visit_body(node, where, in_function=True)

    def visit_function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, where: str, *, nested: bool
    ) -> None:
        inner = node.name if not where else f"{where}{'.<locals>' if nested else ''}.{node.name}"
        if node.name in ("__str__", "__repr__"):
            return
        if not nested:
            self.visit_defaults(node, inner)
        self.visit_body(node, inner, in_function=True)

    def visit_defaults(self, node: ast.FunctionDef | ast.AsyncFunctionDef, where: str) -> None:
        for name in ("defaults", "kw_defaults"):
            for index, default in enumerate(getattr(node.args, name)):
                if isinstance(default, ast.Constant):
                    for operator, new in _of_constant(default, told=True):
                        self.add(
                            node.args,
                            name,
                            index,
                            default,
                            default,
                            where,
                            operator,
                            new,
                            "default",
                        )

    def visit_constant(self, node: ast.stmt, where: str) -> None:
        """What a module or a class states once, when it is loaded."""
        if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None:
            return
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if not isinstance(target, ast.Name) or target.id.startswith("__"):
            return
        value = node.value
        if isinstance(value, ast.Call) and name_of(value) not in ("frozenset", "timedelta", "set"):
            return
        self.visit_expression(node, "value", None, value, node, where, "constant")

    def visit_expression(
        self, parent: ast.AST, name: str, index: int | None, node: ast.AST, statement: ast.stmt,
        where: str, kind: str = "function",
    ) -> None:  # fmt: skip
        if isinstance(node, ast.JoinedStr):
            return
        if isinstance(node, ast.Call) and (name_of(node) in SPOKEN or owner_of(node) in SPOKEN_OF):
            return
        if isinstance(node, ast.Constant):
            proposals = _of_constant(node, told=is_told(parent, name))
        else:
            proposals = _of_expression(node)
        for operator, new in proposals:
            self.add(parent, name, index, node, statement, where, operator, new, kind)
        if isinstance(node, ast.Lambda):
            self.visit_expression(node, "body", None, node.body, statement, where, kind)
            return
        for child_name, child_index, child in _expressions(node):
            self.visit_expression(node, child_name, child_index, child, statement, where, kind)

    # --- what is found -----------------------------------------------------------------------------
    def add(
        self, parent: ast.AST, name: str, index: int | None, node: ast.AST, statement: ast.AST,
        where: str, operator: str, new: ast.AST | None, kind: str = "function",
    ) -> None:  # fmt: skip
        line = getattr(node, "lineno", statement.lineno)  # type: ignore[attr-defined]
        lines = {statement.lineno, *range(line, getattr(node, "end_lineno", line) + 1)}  # type: ignore[attr-defined]
        if isinstance(node, ast.stmt):
            lines = {line}
        if kind == "constant":
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target  # type: ignore[attr-defined]
            lines = self.uses.get(target.id, set())  # what reads it
        before = short(ast.unparse(node))
        after = short(ast.unparse(new)) if new is not None else "nothing"
        self.found.append(
            Fault(
                file=self.file,
                where=where,
                line=line,
                lines=frozenset(lines),
                text=self.source[line - 1].strip(),
                operator=operator,
                change=f"`{before}` -> `{after}`",
                make=partial(self.make, parent, name, index, node, new),
                kind=kind,
            )
        )

    def make(
        self, parent: ast.AST, name: str, index: int | None, node: ast.AST, new: ast.AST | None
    ) -> ast.Module:
        """A copy of the module's tree with the change."""
        if new is not None:
            ast.copy_location(new, node)
        if index is None:
            setattr(parent, name, new)
        else:
            getattr(parent, name)[index] = new
        try:
            changed = deepcopy(self.tree)
        finally:
            if index is None:
                setattr(parent, name, node)
            else:
                getattr(parent, name)[index] = node
        return ast.fix_missing_locations(changed)


# --- the operators ---------------------------------------------------------------------------------
def _of_statement(node: ast.stmt) -> Iterator[Proposal]:
    match node:
        case ast.Expr(value=ast.Call() as call) if owner_of(call) not in SPOKEN_OF:
            yield "leave out a call", None
        case ast.Raise():
            yield "do not raise", None
        case ast.AugAssign():
            yield "leave out a step", None
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "leave out an assignment", None
        case ast.Continue() | ast.Break():
            yield "go on", None
        case ast.Return(value=value) if value is not None and not (
            isinstance(value, ast.Constant) and value.value is None
        ):
            yield "return nothing", ast.Return(value=ast.Constant(value=None))
        case ast.With(items=items, body=body):
            if all(item.optional_vars is None for item in items):
                yield (
                    "without the context",
                    ast.If(test=ast.Constant(value=True), body=body, orelse=[]),
                )


def _of_expression(node: ast.AST) -> Iterator[Proposal]:
    match node:
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            for other in FLIPS.get(type(op), ()):
                yield (
                    "compare otherwise",
                    ast.Compare(left=left, ops=[other()], comparators=[right]),
                )
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            for position, op in enumerate(ops):
                for other in FLIPS.get(type(op), ())[:1]:
                    changed: list[ast.cmpop] = [*ops]
                    changed[position] = other()
                    yield (
                        "compare otherwise",
                        ast.Compare(left=left, ops=changed, comparators=comparators),
                    )
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            if not any(
                isinstance(side, (ast.JoinedStr, ast.List, ast.Tuple)) or is_text(side)
                for side in (left, right)
            ):
                yield (
                    "another operator",
                    ast.BinOp(left=left, op=ARITHMETIC[type(op)](), right=right),
                )
        case ast.BoolOp(op=op, values=values):
            yield (
                "and, or",
                ast.BoolOp(op=ast.Or() if isinstance(op, ast.And) else ast.And(), values=values),
            )
            for position in range(len(values)):
                rest = values[:position] + values[position + 1 :]
                yield (
                    "leave out a condition",
                    rest[0] if len(rest) == 1 else ast.BoolOp(op=op, values=rest),
                )
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert(), operand=operand):
            yield "leave out a sign", operand
        case ast.IfExp(body=body, orelse=orelse):
            yield "always", body
            yield "never", orelse
        case ast.Call():
            yield from _of_call(node)
        case ast.Attribute(value=value, attr=attr, ctx=ctx) if attr in SWAPPED_NAMES:
            yield "another function", ast.Attribute(value=value, attr=SWAPPED_NAMES[attr], ctx=ctx)
        case ast.Name(id=name, ctx=ast.Load()) if name in SWAPPED_NAMES:
            yield "another function", ast.Name(id=SWAPPED_NAMES[name], ctx=ast.Load())
        case _:
            yield from _of_parts(node)


def _of_parts(node: ast.AST) -> Iterator[Proposal]:
    match node:
        case ast.Set(elts=elements) | ast.List(elts=elements, ctx=ast.Load()) if len(elements) > 1:
            for position in range(len(elements)):
                changed_node = deepcopy(node)
                del changed_node.elts[position]  # type: ignore[attr-defined]
                yield "leave out an element", changed_node
        case ast.Dict(keys=keys) if len(keys) > 1:
            for position in range(len(keys)):
                changed_node = deepcopy(node)
                del changed_node.keys[position], changed_node.values[position]  # type: ignore[attr-defined]
                yield "leave out an entry", changed_node
        case ast.comprehension(ifs=ifs) if ifs:
            for position in range(len(ifs)):
                changed_node = deepcopy(node)
                del changed_node.ifs[position]  # type: ignore[attr-defined]
                yield "leave out a condition", changed_node


def _of_call(node: ast.Call) -> Iterator[Proposal]:
    name = name_of(node)
    for position, keyword in enumerate(node.keywords):
        if keyword.arg is None:
            continue
        keywords = node.keywords[:position] + node.keywords[position + 1 :]
        yield "leave out an argument", ast.Call(func=node.func, args=node.args, keywords=keywords)
    if name in ALIKE and len(node.args) + len(node.keywords) > 1:
        for position in range(len(node.args)):
            rest = node.args[:position] + node.args[position + 1 :]
            yield (
                "leave out an argument",
                ast.Call(func=node.func, args=rest, keywords=node.keywords),
            )
    plain = [
        arg
        for arg in node.args
        if not isinstance(arg, (ast.Starred, ast.GeneratorExp, ast.Constant))
    ]
    if len(node.args) >= 2 and len(plain) >= 2 and name not in ALIKE | {"min", "max", "isinstance"}:
        swapped = [node.args[1], node.args[0], *node.args[2:]]
        if ast.dump(node.args[0]) != ast.dump(node.args[1]):
            yield "swap arguments", ast.Call(func=node.func, args=swapped, keywords=node.keywords)
    plain_order = name == "order_by" and not node.args  # only keeps an order out of a subquery
    if isinstance(node.func, ast.Attribute) and name in FORGOTTEN and not plain_order:
        yield "forget a step", node.func.value
    if isinstance(node.func, ast.Name) and name in FORGOTTEN_FUNCTIONS and len(node.args) == 1:
        yield "forget a step", node.args[0]


def _of_constant(node: ast.Constant, *, told: bool) -> Iterator[Proposal]:
    value = node.value
    if isinstance(value, bool):
        yield "the opposite", ast.Constant(value=not value)
    elif isinstance(value, int):
        yield "one more", ast.Constant(value=value + 1)
        if value > 1:
            yield "one less", ast.Constant(value=value - 1)
    elif isinstance(value, float):
        yield "another number", ast.Constant(value=value * 1.5 if value else 0.5)
    elif isinstance(value, str) and SQL.search(value):
        for pattern, other in SQL_TOKENS:
            for found in re.finditer(pattern, value):
                changed = value[: found.start()] + other + value[found.end() :]
                yield f"SQL at {found.start()}", ast.Constant(value=changed)
    elif isinstance(value, str) and told and IDENTIFIER.fullmatch(value):
        yield "another word", ast.Constant(value=value + "X")


# --- small questions -------------------------------------------------------------------------------
def _expressions(node: ast.AST) -> Iterator[tuple[str, int | None, ast.AST]]:
    """The expressions directly under a node: not its annotations, targets, nor the words of a refusal."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "type_comment", "decorator_list", "targets", "target"):
            continue
        if isinstance(node, ast.Raise):
            continue
        if isinstance(value, (ast.expr, ast.comprehension)):
            yield name, None, value
        elif isinstance(value, list):
            for index, child in enumerate(value):
                if isinstance(child, (ast.expr, ast.comprehension, ast.keyword, ast.withitem)):
                    yield name, index, child
