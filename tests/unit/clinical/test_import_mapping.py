"""A mapping is validated whole: every problem is told, with its place and what would be right."""

import pytest

from imports.reading import read_mapping
from studies.refusals import Refused
from tests.mappings import nsclc_mapping

GOOD = """
subject_id: id
site: {constant: A}
cohort: {constant: discovery, create: true}
index_date: {column: start, format: "%d/%m/%Y"}
age: {column: age}
sex: {column: sex, coding: {1: male, 0: female}}
"""


def problems(text: str) -> str:
    with pytest.raises(Refused) as caught:
        read_mapping(text, nsclc_mapping)
    return "\n".join(str(s) for sentences in caught.value.errors.values() for s in sentences)


def test_a_good_mapping_is_read() -> None:
    mapping = read_mapping(GOOD, nsclc_mapping)
    assert mapping.subject_id.column == "id"
    sex = next(asked for asked in mapping.items if asked.item.name == "sex")
    assert (sex.event, sex.form) == ("pre", "factors")
    assert sex.source.coding == {"1": "male", "0": "female"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("albumine: x", "albumine: this key is not known here"),
        ("agee: x", "Did you mean “age”"),
        ("labs: {pre: {albumin: {column: a, unit: mg/mL}}}", "use one of g/dL, g/L"),
        ("weight: {column: w, unit: stone}", "use one of kg, g, lb"),
        ("stage: {column: s, coding: {4: four}}", "coded as “four”"),
        ("bmi: {unit: kg/m2}", "either a column or a constant"),
        ("pdl1: {column: p, as: percentage}", "pdl1.as: “percentage” is not known here"),
        ("survival: {overall: {duration: {column: d}, event: e}}", "name its unit"),
        ("survival: {overall: {duration: {column: d, unit: fortnights}, event: e}}", "days, weeks"),
        ("decimal: ';'", "decimal"),
        ("layout: long", "row_per_patient, row_per_contact"),
        ("index_date: {column: s, format: DD/MM}", "write it with %Y"),
    ],
)
def test_what_is_wrong_is_told_with_what_would_be_right(line: str, words: str) -> None:
    key = line.split(":")[0]
    kept = "\n".join(g for g in GOOD.splitlines() if not g.startswith(f"{key}:"))
    assert words in problems(f"{kept}\n{line}\n")


def test_all_problems_are_told_at_once() -> None:
    told = problems(GOOD + "colour: x\nheight: {column: h, unit: feet}\n")
    assert "colour" in told
    assert "feet" in told


@pytest.mark.parametrize("text", ["", "a: [", "- a", "x: !!python/object:os.system {}"])
def test_what_is_not_a_mapping_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_mapping(text, nsclc_mapping)


def test_a_mapping_of_megabytes_is_refused() -> None:
    assert "at most" in problems("a: " + "x" * 300_000)
