"""What an expression gives, over columns of any number of forms at once: one, or all of a study."""

from __future__ import annotations

from collections.abc import Mapping

from clinical.dictionary.expressions.columns import Column, constant
from clinical.dictionary.expressions.functions import FUNCTIONS
from clinical.dictionary.expressions.reading import Expression
from clinical.dictionary.expressions.syntax import Constant, Item, Node, Reference


def evaluate(expression: Expression, columns: Mapping[Item, Column], n: int) -> Column:
    """Compute an expression.

    Parameters
    ----------
    expression : Expression
    columns : mapping of Item to Column
        Of every item that the expression names, of its kind, and of length n.
    n : int
        How many forms.

    Returns
    -------
    Column
        Of the expression's kind and length n. A row is computed from its own values alone, so that it is the
        same to the bit whichever others are there.
    """
    return _compute(expression.root, columns, n)


def _compute(node: Node, columns: Mapping[Item, Column], n: int) -> Column:
    if isinstance(node, Constant):
        return constant(node.kind, node.value, n)
    if isinstance(node, Reference):
        return columns[node.item]
    given = [_compute(part, columns, n) for part in node.arguments]
    return FUNCTIONS[node.name].compute(*given)
