"""No file is longer, and no function does more, than a reader holds in mind."""

import ast
from collections.abc import Iterator

from tests.unit.tracked import parsed, python_files

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 60

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.Module) -> Iterator[Function]:
    yield from (node for node in ast.walk(tree) if isinstance(node, Function))


def lines(function: Function) -> int:
    """From `def` to the end, without the docstring."""
    count = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function) is not None:
        said = function.body[0]
        count -= (said.end_lineno or 0) - said.lineno + 1
    return count


def test_no_file_is_too_long() -> None:
    long = {n for n, text in python_files().items() if len(text.splitlines()) > LINES_OF_A_FILE}
    assert long == set()


def test_no_function_is_too_long() -> None:
    long = {
        (name, function.name)
        for name in python_files()
        for function in functions(parsed(name))
        if lines(function) > LINES_OF_A_FUNCTION
    }
    assert long == set()


def test_a_docstring_does_not_count() -> None:
    function = next(
        functions(ast.parse('def f():\n    """One.\n\n    Two.\n    """\n    return 1\n'))
    )
    assert lines(function) == 2
