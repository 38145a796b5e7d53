"""What the compiler made of a kernel: the calls that stand inside its loops, by how deep they stand."""

import re
from collections.abc import Iterator
from typing import Any

import llvmlite.binding as llvm
import numba

OPTIONS = ("nogil", "error_model", "inline", "fastmath")
LABEL = re.compile(r'label %"?([^",\s\]]+)"?')
CALLED = re.compile(r'@"?([^"(]+)"?\(')
Graph = dict[str, list[str]]


def calls_in_loops(kernel: Any, signature: Any) -> Iterator[tuple[int, str]]:
    """(depth, name) of each call in a loop of the optimised code; 1 is the outermost loop.

    The kernel is compiled anew: code that comes out of numba's cache cannot be read.
    """
    options = {name: kernel.targetoptions[name] for name in OPTIONS if name in kernel.targetoptions}
    fresh = numba.njit(**options)(kernel.py_func)
    fresh.compile(signature.args)
    module = llvm.parse_assembly(fresh.inspect_llvm(signature.args))
    name = kernel.py_func.__name__
    for function in module.functions:
        wrapper = "cpython" in function.name or "cfunc" in function.name
        if function.is_declaration or wrapper or name not in function.name:
            continue
        blocks = {block.name: list(block.instructions) for block in function.blocks}
        depths = loop_depths({label: _following(body) for label, body in blocks.items()})
        for label, body in blocks.items():
            for instruction in body:
                if depths[label] and instruction.opcode in ("call", "invoke"):
                    called = CALLED.search(str(instruction))
                    if called:
                        yield depths[label], called[1]


def _following(body: list[Any]) -> list[str]:
    return LABEL.findall(str(body[-1]))


def loop_depths(graph: Graph) -> dict[str, int]:
    """How many loops each block of a control-flow graph stands in.

    A loop is a strongly connected part; without the block by which it is entered, the loops inside it
    are the parts that remain connected.
    """
    depths = dict.fromkeys(graph, 0)
    waiting = [set(graph)]
    while waiting:
        inside = waiting.pop()
        for part in _connected(inside, graph):
            for label in part:
                depths[label] += 1
            entries = {
                label
                for outside in graph.keys() - part
                for label in graph[outside]
                if label in part
            }
            waiting.append(part - {min(entries)} if entries else part - {min(part)})
    return depths


def _connected(inside: set[str], graph: Graph) -> list[set[str]]:
    """The parts of `inside` in which every block is reached from every other, loops of one included."""
    reached = {label: _reach(label, inside, graph) for label in inside}
    parts, placed = [], set()
    for label in sorted(inside):
        if label in placed or label not in reached[label]:
            continue
        part = {other for other in reached[label] if label in reached[other]}
        placed |= part
        parts.append(part)
    return parts


def _reach(label: str, inside: set[str], graph: Graph) -> set[str]:
    found: set[str] = set()
    waiting = [label]
    while waiting:
        for following in graph[waiting.pop()]:
            if following in inside and following not in found:
                found.add(following)
                waiting.append(following)
    return found
