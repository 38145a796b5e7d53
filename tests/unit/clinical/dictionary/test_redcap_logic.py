"""REDCap's logic means the same here for every stored value, or it is refused."""

import math
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.dictionary.definition import (
    Code,
    CodeList,
    Definition,
    EventForm,
    Form,
    Item,
    MissingCode,
    StudyEvent,
    Type,
)
from clinical.dictionary.expressions import Item as Reference
from clinical.dictionary.expressions import evaluate, read
from clinical.dictionary.redcap.logic import (
    translate_condition,
    translate_number,
    translate_text,
)
from clinical.dictionary.redcap.naming import Names
from clinical.dictionary.redcap.syntax import NotTranslated
from clinical.dictionary.rules import KINDS, column_of

ITEMS = (
    Item("n", Type.DECIMAL),
    Item("m", Type.INTEGER),
    Item("c", Type.CODE, codes="three"),
    Item("c2", Type.CODE, codes="three"),
    Item("w", Type.CODE, codes="words"),
    Item("y", Type.YES_NO),
    Item("k", Type.CODES, codes="words"),
    Item("d", Type.DATE),
    Item("e", Type.DATE),
    Item("at", Type.DATETIME),
    Item("t", Type.TEXT),
)
ELSEWHERE = (Item("far", Type.DECIMAL), Item("ticks", Type.CODES, codes="words"))
LISTS = (
    CodeList("three", (Code("0"), Code("1"), Code("2"))),
    CodeList("words", (Code("A"), Code("b"), Code("01"), Code("x"))),
)


def define(missing: tuple[str, ...] = (), repeats: bool = False) -> Names:
    here = Form("here", ITEMS)
    far = Form("there", ELSEWHERE)
    definition = Definition(
        "study",
        events=(
            StudyEvent("first_arm_1", (EventForm("here"), EventForm("there", repeats))),
            StudyEvent("second_arm_1", (EventForm("there"),)),
        ),
        forms=(here, far),
        code_lists=LISTS,
        missing_codes=tuple(MissingCode(one) for one in missing),
    )
    return Names(definition, here)


NAMES = define()


def condition(text: str, names: Names = NAMES) -> str:
    return translate_condition(text, names).text


def refusal(text: str, names: Names = NAMES) -> str:
    for translate in (translate_text, translate_number, translate_condition):
        with pytest.raises(NotTranslated) as caught:
            translate(text, names)
    return str(caught.value)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("[c] = '1'", "c = '1'"),
        ("1 = [c]", "c = '1'"),
        ('[c] <> "1"', "not known(c) or c <> '1'"),
        ("[c] != '1' and [y]=1", "(not known(c) or c <> '1') and y"),
        ("[y] = '0'", "not y"),
        ("[y] <> '1' OR [n] > 5", "not known(y) or not y or n > 5"),
        ("[n] = ''", "not known(n)"),
        ('[d] <> ""', "known(d)"),
        ("[k(A)] = '1'", "has(k, 'A')"),
        ("[k(A)] = 0", "not known(k) or not has(k, 'A')"),
        ("[k(01)]", "has(k, '01')"),
        ("[c] >= 1", "number(c) >= 1"),
        ("[c] = [c2]", "not known(c) and not known(c2) or c = c2"),
        ("[d] < '2026-01-31'", "d < '2026-01-31'"),
        ("[n] <> 0", "not known(n) or n <> 0"),
        ("[second_arm_1][far] > 1", "second_arm_1.far > 1"),
        ("[far] > 1", "far > 1"),
        ("contains([t], 'ABC')", "contains(lower(t), 'abc')"),
        ("isblankormissingcode([n])", "not known(n)"),
        ("hasmissingcode([n], 'A, B')", "missing(n, 'A', 'B')"),
        ("([c] = '1'\nand [y] = '1') or [y] = '0'", "c = '1' and y or not y"),
    ],
)
def test_a_condition(theirs: str, ours: str) -> None:
    assert condition(theirs) == ours
    kinds = {Reference(item.name): KINDS[item.type] for item in (*ITEMS, *ELSEWHERE)}
    kinds[Reference("far", event="second_arm_1")] = KINDS[Type.DECIMAL]
    read(ours, kinds)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("round([n] / ([m])^(2), 1)", "round(n / m ^ 2, 1)"),
        ("sum([n], [c], [k(A)])", "first_known(sum(n, number(c), if(known(k) and has(k, 'A'), 1, 0)), 0)"),
        ("if([c] = '1', [n], '')", "if(known(c) and c = '1', n, 0 / 0)"),
        ("if([c] = '1' or [y] = '0', 1, 2)", "if(known(c) and c = '1' or known(y) and not y, 1, 2)"),
        ("datediff([d], [e], 'd')", "abs(days_between(d, e))"),
        ("datediff([d], [e], 'y', 'dmy', true)", "days_between(d, e) / 365.2425"),
        ("datediff([d], '2026-01-31', 'M')", "abs(days_between(d, '2026-01-31')) / 30.44"),
        ("([c]='1')*5", "if(known(c) and c = '1', 1, 0) * 5"),
        ("-([n] + 1) - ([m] - 2)", "-(n + 1) - (m - 2)"),
        ("[y] + 1", "if(y, 1, 0) + 1"),
    ],
)  # fmt: skip
def test_a_calculation(theirs: str, ours: str) -> None:
    assert translate_number(theirs, NAMES).text == ours


def test_a_text_is_calculated() -> None:
    found = translate_text("if([c] = '1', 'one \"or\" so', [w])", NAMES).text
    assert found == "if(known(c) and c = '1', 'one \"or\" so', w)"


@pytest.mark.parametrize(
    "theirs",
    [
        "[nowhere] = 1",
        "[record-name] = 1",
        "[c:label] = 'x'",
        "[k] = 1",
        "[k(nowhere)] = 1",
        "[k(A)] = ''",
        "[c] = '7'",
        "[w] = '1'",  # REDCap takes 01 for equal to 1
        "[w] > 1",
        "[t] = '5'",
        "[t] = '1e3'",
        "[t] = ' a'",
        "[t] + 1",
        "[at] > '2026-01-01'",
        "[d] > 'today'",
        "datediff([d], 'today', 'y')",
        "datediff([d], [at], 'd')",
        "round([n])",
        "stdev([n], [m])",
        "[far][1] = 1",
        "[far][last-instance] = 1",  # it is filled once there
        "[first_arm_1][nowhere] = 1",
        "[second_arm_1][ticks(A)] = 0",
        "[n] = 'abc'",
        "[n] = '1,5'",
        "[n] > ''",
        "-[n]^2",
        "[n] > 1 and",
        "[n] >",
        "log([n], 2)",
        "'only a text",
        "abs(" * 300 + "[n]" + ")" * 300,
        "[n] + " * 300 + "[t]",
    ],
)
def test_what_is_not_certain_is_refused(theirs: str) -> None:
    assert refusal(theirs)


def test_what_repeats_elsewhere_is_named_by_its_instance() -> None:
    names = define(repeats=True)
    assert condition("[far][last-instance] > 1", names) == "far[last] > 1"
    assert condition("[first_arm_1][far][first-instance] > 1", names) == "first_arm_1.far[first] > 1"  # fmt: skip
    assert "repeats there" in refusal("[far] > 1", names)


def test_missing_data_codes_are_no_values() -> None:
    words, numbers = define(("UNK",)), define(("-999",))
    assert condition("[n] <> 5", words) == "not known(n) or n <> 5"
    assert translate_number("[n] + 1", words).text == "n + 1"
    for theirs in ("[n] = ''", "[t] = 'UNK'", "[n] = [m]"):
        assert refusal(theirs, words)
    assert condition("[n] = 5", numbers) == "n = 5"
    for theirs in ("[n] = '-999'", "[n] > 5", "[n] + 1 = 6"):
        assert refusal(theirs, numbers)


def test_doubts_are_told() -> None:
    assert [str(one) for one in translate_condition("[n] < 5", NAMES).doubts] == [
        "a blank is neither less nor more than anything"
    ]
    assert translate_condition("[n] = 5", NAMES).doubts == ()


def test_a_code_that_is_a_number_is_one_and_any_other_is_unknown() -> None:
    kinds = {Reference("c"): KINDS[Type.CODE]}
    columns = {Reference("c"): column_of(ITEMS[2], ["2", "01", "b", None])}
    assert evaluate(read("number(c) + 1", kinds), columns, 4).to_list() == [3, 2, None, None]


# What REDCap gives, worked out again from texts: blank is "", a truth is True or False, and None where nobody is certain.
NUMBERS = st.one_of(st.just(""), st.integers(-3, 3).map(str), st.just("1.5"))
DAYS = st.one_of(st.just(""), st.integers(0, 40).map(lambda n: str(date(2026, 1, 1) + timedelta(n))))  # fmt: skip
STORED = st.fixed_dictionaries(
    {
        "n": NUMBERS,
        "m": st.one_of(st.just(""), st.integers(-3, 3).map(str)),
        "c": st.sampled_from(["", "0", "1", "2"]),
        "c2": st.sampled_from(["", "0", "1", "2"]),
        "w": st.sampled_from(["", "A", "b", "01"]),
        "y": st.sampled_from(["", "0", "1"]),
        "k": st.frozensets(st.sampled_from(["A", "b", "01", "x"])),
        "d": DAYS,
        "e": DAYS,
        "t": st.sampled_from(["", "abc", "ABC def"]),
    }
)
SIGNS = st.sampled_from(["=", "<>", "!=", "<", "<=", ">", ">="])
EQUAL = st.sampled_from(["=", "<>", "!="])
CODES = st.sampled_from(["''", "'0'", "'1'", '"2"'])

Pair = tuple[str, Any]  # how it is written, and a function of what is stored


def number_of(text: str) -> float | None:
    return float(text) if text else None


def held(sign: str, left: Any, right: Any) -> bool | None:
    """Values or None for blank; NaN is a number of which nobody is certain."""
    if any(isinstance(value, float) and math.isnan(value) for value in (left, right)):
        return None
    if sign == "=":
        return left == right
    if sign in ("<>", "!="):
        return left != right
    if left is None or right is None:
        return None
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]


def arithmetic(sign: str, left: float | None, right: float | None) -> float | None:
    if left is None or right is None or (sign == "/" and right == 0):
        return None
    return {"+": left + right, "-": left - right, "*": left * right, "/": left / right if right else 0}[sign]  # fmt: skip


def both(parts: list[bool | None], decides: bool) -> bool | None:
    if decides in parts:
        return decides
    return None if None in parts else not decides


@st.composite
def comparisons(draw: st.DrawFn) -> Pair:
    kind = draw(st.sampled_from(["code", "tick", "yes", "day", "days", "text", "codes", "blank", "number"]))  # fmt: skip
    sign = draw(EQUAL)
    if kind == "code":
        code = draw(CODES)
        return f"[c] {sign} {code}", lambda row: held(sign, row["c"], code[1:-1])
    if kind == "tick":
        code, value = draw(st.sampled_from(["A", "b", "01"])), draw(st.sampled_from("01"))
        return f"[k({code})] {sign} '{value}'", lambda row: held(sign, code in row["k"], value == "1")  # fmt: skip
    if kind == "yes":
        value = draw(st.sampled_from("01"))
        return f"[y] {sign} {value}", lambda row: held(sign, row["y"], value)
    if kind == "day":
        sign = draw(SIGNS)
        return f"[d] {sign} '2026-01-20'", lambda row: held(sign, row["d"] or None, "2026-01-20")
    if kind == "days":
        sign = draw(SIGNS)
        return f"[d]{sign}[e]", lambda row: held(sign, row["d"] or None, row["e"] or None)
    if kind == "text":
        return f"[t] {sign} 'abc'", lambda row: held(sign, row["t"], "abc")
    if kind == "codes":
        return f"[c] {sign} [c2]", lambda row: held(sign, row["c"], row["c2"])
    name = draw(st.sampled_from("nmcydwt"))
    if kind == "blank":
        return f"[{name}] {sign} ''", lambda row: held(sign, row[name], "")
    sign = draw(SIGNS)
    left, of_left = draw(calculations(1))
    right, of_right = draw(calculations(1))
    return f"{left} {sign} {right}", lambda row: held(sign, of_left(row), of_right(row))


@st.composite
def conditions(draw: st.DrawFn, depth: int = 2) -> Pair:
    if not depth or draw(st.booleans()):
        return draw(comparisons())
    word = draw(st.sampled_from(["and", "or", "AND"]))
    parts = [draw(conditions(depth - 1)) for _ in range(draw(st.integers(2, 3)))]
    text = f" {word} ".join(f"({part})" for part, _of in parts)
    decides = word == "or"
    return text, lambda row: both([of(row) for _part, of in parts], decides)


@st.composite
def calculations(draw: st.DrawFn, depth: int = 2) -> Pair:
    kind = draw(st.sampled_from(["item", "sign", "sum", "if", "days"] if depth else ["item"]))
    if kind == "item":
        name = draw(st.sampled_from("nmcy"))
        value = draw(st.integers(0, 3))
        return draw(
            st.sampled_from(
                [
                    (f"[{name}]", lambda row: number_of(row[name])),
                    (f"{value}", lambda _row: float(value)),
                ]
            )
        )
    if kind == "days":
        return (
            "datediff([d],[e],'d')",
            lambda row: (
                float(abs((date.fromisoformat(row["d"]) - date.fromisoformat(row["e"])).days))
                if row["d"] and row["e"]
                else None
            ),
        )
    parts = [draw(calculations(depth - 1)) for _ in range(2)]
    (left, of_left), (right, of_right) = parts
    if kind == "sign":
        sign = draw(st.sampled_from("+-*/"))
        return f"(({left}){sign}({right}))", lambda row: arithmetic(sign, of_left(row), of_right(row))  # fmt: skip
    if kind == "sum":
        return f"sum({left}, {right})", lambda row: float(sum(v for v in (of_left(row), of_right(row)) if v is not None))  # fmt: skip
    asked, of_asked = draw(conditions(0))

    def choose(row: Any) -> float | None:
        answer = of_asked(row)
        return math.nan if answer is None else of_left(row) if answer else of_right(row)

    return f"if({asked}, {left}, {right})", choose


def compute(ours: str, stored: dict[str, Any]) -> Any:
    """An expression over what is stored, as it is stored here."""
    values: dict[str, Any] = {name: text or None for name, text in stored.items()}
    for name in "nm":
        values[name] = number_of(stored[name])
    values["y"] = {"": None, "0": False, "1": True}[stored["y"]]
    values["k"] = sorted(stored["k"]) or None
    kinds = {Reference(item.name): KINDS[item.type] for item in ITEMS}
    columns = {Reference(i.name): column_of(i, [values.get(i.name)]) for i in ITEMS}
    return evaluate(read(ours, kinds), columns, 1).to_list()[0]


@given(pair=conditions(), stored=STORED)
@settings(max_examples=400, deadline=None)
def test_every_condition_holds_here_where_it_holds_there(pair: Pair, stored: Any) -> None:
    theirs, of = pair
    try:
        ours = condition(theirs)
    except NotTranslated:
        return
    expected = of(stored)
    if expected is not None:
        assert (compute(ours, stored) is True) == expected, (theirs, ours)


@given(pair=calculations(), stored=STORED)
@settings(max_examples=400, deadline=None)
def test_every_calculation_gives_here_what_it_gives_there(pair: Pair, stored: Any) -> None:
    theirs, of = pair
    try:
        ours = translate_number(theirs, NAMES).text
    except NotTranslated:
        return
    expected, found = of(stored), compute(ours, stored)
    if expected is None:
        assert found is None, (theirs, ours)
    elif not math.isnan(expected):
        assert found == pytest.approx(expected), (theirs, ours)
