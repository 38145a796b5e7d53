"""What a fault-maker knows of Python: operators and their like, words that are only spoken, and what a node is."""

import ast
import re

FLIPS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
TWINS = [
    ("min", "max"), ("any", "all"), ("first", "last"), ("filter", "exclude"), ("floor", "ceil"),
    ("earliest", "latest"), ("Min", "Max"), ("argmin", "argmax"), ("minimum", "maximum"),
    ("nanmin", "nanmax"), ("rjust", "ljust"), ("startswith", "endswith"), ("find", "rfind"),
    ("intersection", "union"), ("isdisjoint", "issubset"), ("mean", "median"),
    ("isnan", "isfinite"), ("cumsum", "cumprod"),
]  # fmt: skip
SWAPPED_NAMES = {a: b for pair in TWINS for a, b in (pair, pair[::-1])}
# Steps of a chain that may be forgotten: `rows.filter(...)` -> `rows`.
FORGOTTEN = {
    "filter", "exclude", "distinct", "order_by", "select_for_update", "strip", "lower", "upper",
    "casefold", "reversed", "intersection", "difference", "union", "dropna", "sort_values",
    "reset_index", "copy", "clip", "fillna", "reindex", "drop_duplicates", "rstrip", "lstrip",
    "quantize", "astimezone", "removeprefix", "removesuffix", "sort_index", "abs", "all",
}  # fmt: skip
FORGOTTEN_FUNCTIONS = {"abs", "sorted", "reversed", "round", "set", "unique"}
ALIKE = {"filter", "exclude", "get", "Q", "order_by", "values", "values_list", "When", "update"}
# What only words sentences, draws or logs.
SPOKEN = {
    "_",
    "gettext",
    "gettext_lazy",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "cast",
    "TypeVar",
}
SPOKEN_OF = {"log", "logger", "warnings"}
IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]{0,40}")
SQL = re.compile(r"\b(SELECT|WHERE|JOIN|ORDER BY|GROUP BY)\b")
SQL_TOKENS = [
    (r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "), (r" = ", " <> "),
    (r"\bAND\b", "OR"), (r"\bOR\b", "AND"), (r"\bIS NULL\b", "IS NOT NULL"),
    (r"\bIS NOT NULL\b", "IS NULL"), (r"\bDESC\b", "ASC"), (r"\bASC\b", "DESC"),
    (r"\bLEFT JOIN\b", "JOIN"), (r"\bmin\(", "max("), (r"\bmax\(", "min("), (r"\bNOT ", ""),
    (r"\bDISTINCT ON\b", "DISTINCT --"),
]  # fmt: skip


def is_told(parent: ast.AST, name: str) -> bool:
    """Whether a word at this place decides something, rather than being shown."""
    return isinstance(
        parent,
        (ast.Compare, ast.keyword, ast.Set, ast.List, ast.Tuple, ast.Dict, ast.Return, ast.IfExp,
         ast.Subscript, ast.BoolOp, ast.arguments),
    ) or (isinstance(parent, ast.Assign) and name == "value")  # fmt: skip


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def name_of(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def owner_of(call: ast.Call) -> str:
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return owner.id if isinstance(owner, ast.Name) else ""


def short(text: str) -> str:
    text = " ".join(text.split()).replace("`", "'")
    return text if len(text) <= 100 else text[:60] + " … " + text[-37:]
