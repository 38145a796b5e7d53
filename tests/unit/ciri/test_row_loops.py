"""No kernel counts references for every row.

numba counts the references of arrays that it makes or unpacks: a view of a row, or a tuple of arrays
handed to a function that is called for every row. Each count is a locked instruction; 22 of them a row took
two thirds of all growing. So the compiled code of every kernel is read: only loops over trees,
resamples, features, nodes or blocks of rows may count, and they stand here.
"""

import importlib
import pkgutil
from typing import Any

import numpy as np
import pytest
from numba import njit
from numba.core.dispatcher import Dispatcher

from ciri import kernel
from ciri.compiling.__main__ import compile_all, compile_growing, compile_reading
from tests.unit.ciri.compiled_code import calls_in_loops, loop_depths

# How deep the loops go that are not over rows, and what they are over.
MAY_COUNT = {
    "auc.dynamic_aucs": (1, "resamples"),
    "brier.brier_scores": (1, "resamples"),
    "calibration.cox_of_resamples": (1, "resamples"),
    "censoring.product_limits": (1, "resamples"),
    "concordance.concordance_of_resamples": (1, "resamples"),
    "concordance.concordance_of_risks": (1, "scores"),
    "curves.fill_tables": (2, "trees, leaves"),
    "growing.choose_split": (2, "draws of features"),
    "growing.grow_tree": (1, "nodes"),
    "growing.grow_trees": (1, "trees"),
    "importance.add_shifts": (1, "trees"),
    "importance.shuffle_rows": (1, "repeats"),
    "shap.tree_averages": (1, "trees"),
    "walking.leaves": (2, "blocks of rows, trees"),
}
# Written into their callers before these are compiled, and read there; and what only tests call.
PARTS_OF_CALLERS = {"splitting.midpoint", "walking.goes_left", "growing.grow_given"}
COUNTING = ("NRT_incref", "NRT_decref", "NRT_MemInfo", "NRT_Allocate", "NRT_Free")


def kernels() -> dict[str, Any]:
    """Every compiled function of the package, by module and name."""
    modules = [name for _, name, _ in pkgutil.iter_modules(kernel.__path__) if name != "__main__"]
    found = {}
    for name in modules:
        module = importlib.import_module(f"{kernel.__name__}.{name}")
        for key, value in vars(module).items():
            if isinstance(value, Dispatcher) and value.__module__ == module.__name__:
                found[f"{name}.{key}"] = value
    return found


@pytest.fixture(scope="module")
def compiled() -> dict[str, list[tuple[int, str]]]:
    """The calls inside the loops of every kernel, with the types that the method calls it with.

    What comes out of the cache does not know its callees, so that those follow when it was compiled anew.
    """
    compile_all()
    compile_growing()
    compile_reading()
    found: dict[str, list[tuple[int, str]]] = {}
    while True:
        ready = {
            name: one.nopython_signatures[0]
            for name, one in kernels().items()
            if name not in found and one.nopython_signatures
        }
        if not ready:
            return found
        for name, signature in ready.items():
            found[name] = list(calls_in_loops(kernels()[name], signature))


@pytest.mark.parametrize("name", sorted(kernels().keys() - PARTS_OF_CALLERS))
def test_no_loop_over_rows_counts_references(name: str, compiled) -> None:
    deepest, _over = MAY_COUNT.get(name, (0, ""))
    counted = [
        (depth, called)
        for depth, called in compiled[name]
        if called.startswith(COUNTING) and depth > deepest
    ]
    assert not counted, f"{name} counts references inside a loop over rows: {counted}"


def test_every_exception_is_a_kernel() -> None:
    assert kernels().keys() >= MAY_COUNT.keys() | PARTS_OF_CALLERS


def test_loops_are_told_by_their_depth() -> None:
    nested = {"in": ["outer"], "outer": ["inner", "out"], "inner": ["inner", "outer"], "out": []}
    assert loop_depths(nested) == {"in": 0, "outer": 1, "inner": 2, "out": 0}


@njit
def add_moments(x, sums):  # type: ignore[no-untyped-def]
    for a in range(len(x)):
        for b in range(a + 1):
            sums[a, b] += x[a] * x[b]


@njit
def moments(table, sums, others):  # type: ignore[no-untyped-def]
    for k in range(len(table)):
        add_moments(table[k], sums)
        if table[k, 0] > 0:
            add_moments(table[k], others)


def test_a_view_of_every_row_that_is_handed_on_is_noticed() -> None:
    moments(np.ones((3, 2)), np.zeros((2, 2)), np.zeros((2, 2)))
    called = [name for _, name in calls_in_loops(moments, moments.nopython_signatures[0])]
    assert any(name.startswith(COUNTING) for name in called)
