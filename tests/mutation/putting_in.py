"""A fault put into the modules that are loaded: into the functions themselves, wherever they were imported to."""

import ast
import dataclasses
import gc
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tests.mutation.faults import Fault

Place = tuple[str, int]  # qualified name, first line


class CannotPutIn(Exception):
    """This fault cannot be put into what is loaded."""


class Loaded:
    """The functions that live in this process, by the file and the place that they were compiled from."""

    def __init__(self, root: Path, files: set[str]) -> None:
        self.root = root
        self.modules = {
            str(Path(module.__file__).relative_to(root)): module
            for module in list(sys.modules.values())
            if getattr(module, "__file__", None) and Path(module.__file__).is_relative_to(root)
        }
        names = {str(root / file): file for file in files}
        self.functions: dict[str, dict[Place, list[FunctionType]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for one in gc.get_objects():
            # type(), since isinstance() asks a lazy object for its class and so wakes it
            if type(one) is FunctionType and (file := names.get(one.__code__.co_filename)):
                self.functions[file][_place(one.__code__)].append(one)

    def put_in(self, fault: Fault) -> None:
        """Raises CannotPutIn, whatever goes wrong: a fault that is not there would count as noticed."""
        try:
            self._put_in(fault, fault.make())
        except CannotPutIn:
            raise
        except Exception as error:
            raise CannotPutIn(f"{type(error).__name__}: {error}") from error

    def _put_in(self, fault: Fault, tree: ast.Module) -> None:
        if fault.kind == "constant":
            self._constant(fault, tree)
            return
        code = compile(tree, str(self.root / fault.file), "exec", dont_inherit=True)
        if fault.kind == "default":
            self._defaults(fault, tree, code)
            return
        changed = 0
        for new in _codes(code):
            outer = new.co_qualname.split(".<locals>")[0]
            if outer != fault.where.split(".<locals>")[0]:
                continue
            for function in self.functions[fault.file].get(_place(new), ()):
                if function.__code__ != new:
                    try:
                        function.__code__ = new
                    except ValueError as error:
                        raise CannotPutIn(str(error)) from error
                    changed += 1
        if not changed:
            raise CannotPutIn("the compiled code is the same, or no such function is loaded")

    def _defaults(self, fault: Fault, tree: ast.Module, code: CodeType) -> None:
        node = _find(tree, fault.where)
        live = [
            f
            for place, found in self.functions[fault.file].items()
            if place[0] == fault.where
            for f in found
        ]
        if not isinstance(node, ast.FunctionDef) or not live:
            raise CannotPutIn("no such function is loaded")
        for function in live:
            positional = list(function.__defaults__ or ())
            for index, default in enumerate(node.args.defaults):
                if isinstance(default, ast.Constant) and index < len(positional):
                    positional[index] = default.value
            if positional:
                function.__defaults__ = tuple(positional)
            for arg, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
                if isinstance(default, ast.Constant) and function.__kwdefaults__:
                    function.__kwdefaults__[arg.arg] = default.value

    def _constant(self, fault: Fault, tree: ast.Module) -> None:
        module = self.modules.get(fault.file)
        if module is None:
            raise CannotPutIn("the module is not loaded")
        owner: Any = module
        for part in filter(None, fault.where.split(".")):
            if part not in vars(owner):
                raise CannotPutIn(f"{fault.where} is not there")
            owner = vars(owner)[part]
        body = tree.body if not fault.where else getattr(_find(tree, fault.where), "body", [])
        statement = next(
            (
                node
                for node in body
                if isinstance(node, (ast.Assign, ast.AnnAssign))
                and node.lineno <= fault.line <= (node.end_lineno or node.lineno)
            ),
            None,
        )
        if statement is None or statement.value is None:
            raise CannotPutIn("no assignment stands on this line")
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        if not isinstance(target, ast.Name):
            raise CannotPutIn("more than one name is assigned")
        expression = ast.fix_missing_locations(ast.Expression(statement.value))
        names = vars(module) if owner is module else {**vars(module), **vars(owner)}
        try:
            new = eval(compile(expression, fault.file, "eval"), names)  # noqa: S307
        except Exception as error:
            raise CannotPutIn(f"{type(error).__name__}: {error}") from error
        old = vars(owner).get(target.id, new)
        if owner is module:
            for other in list(sys.modules.values()):
                if (
                    isinstance(other, ModuleType)
                    and other.__dict__.get(target.id, CannotPutIn) is old
                ):
                    setattr(other, target.id, new)
            return
        if dataclasses.is_dataclass(owner) and target.id in {
            f.name for f in dataclasses.fields(owner)
        }:
            _replace_default(owner, target.id, new)
            if not hasattr(owner, target.id):
                return
        try:
            setattr(owner, target.id, new)
        except (AttributeError, TypeError) as error:
            raise CannotPutIn(str(error)) from error


def _replace_default(owner: type, name: str, new: Any) -> None:
    init = owner.__init__  # type: ignore[misc]
    code = init.__code__
    arguments = code.co_varnames[: code.co_argcount]
    defaults = list(init.__defaults__ or ())
    if name in arguments[len(arguments) - len(defaults) :]:
        defaults[arguments.index(name) - (len(arguments) - len(defaults))] = new
        init.__defaults__ = tuple(defaults)
    elif init.__kwdefaults__ and name in init.__kwdefaults__:
        init.__kwdefaults__[name] = new
    else:
        raise CannotPutIn(f"{owner.__name__} has no default of {name} to change")


def _place(code: CodeType) -> Place:
    return code.co_qualname, code.co_firstlineno


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _find(tree: ast.Module, where: str) -> ast.AST:
    node: ast.AST = tree
    for part in where.split("."):
        found = next(
            (
                child
                for child in getattr(node, "body", [])
                if isinstance(child, (ast.FunctionDef, ast.ClassDef)) and child.name == part
            ),
            None,
        )
        if found is None:
            raise CannotPutIn(f"{where} is not a function or class of this file")
        node = found
    return node
