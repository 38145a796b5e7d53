"""The one language of "shown when", edit checks and derived items: read once, evaluated for one form or for all.

Django-free. `read` gives an `Expression` from its text and the kinds of the items that it may name; `evaluate` computes it over
columns of one row (a form that is being typed) or of a whole study: it is the same code, so it is the same result.
"""

from clinical.dictionary.expressions.columns import Column
from clinical.dictionary.expressions.errors import ExpressionError
from clinical.dictionary.expressions.evaluation import evaluate
from clinical.dictionary.expressions.reading import Expression, read
from clinical.dictionary.expressions.syntax import Item, Kind

__all__ = ["Column", "Expression", "ExpressionError", "Item", "Kind", "evaluate", "read"]
