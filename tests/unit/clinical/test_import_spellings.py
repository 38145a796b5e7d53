"""Codes, numbers, unknowns and names are recognised in the spellings that files have of them."""

import pytest

from clinical.imports.mapping import Place
from imports.columns import RowReader, Source, source_from
from imports.reading import read_mapping
from imports.tables import Row, Table
from imports.texts import Texts
from studies.refusals import Refused
from tabular.section import Section
from tests.mappings import nsclc_mapping

SEX = {"1": "male", "0": "female"}


def read(text: str, coding: dict[str, str], **texts: object) -> RowReader:
    table = Table(("c",), (Row(2, (text,)),), 1, "")
    return RowReader(table, table.rows[0], Texts(**texts))  # type: ignore[arg-type]


def coded(text: str, coding: dict[str, str]) -> tuple[str | None, list[str]]:
    reader = read(text, coding)
    found = reader.text(Source("sex", column="c", coding=coding, choices=("male", "female")))
    return found, [problem.why for problem in reader.problems]


@pytest.mark.parametrize("text", ["1", "1.0", "01", "１", "１．０", "1.00", "+1"])
def test_a_code_is_found_by_its_number_however_it_is_written(text: str) -> None:
    assert coded(text, SEX) == ("male", [])


def test_what_is_written_goes_before_its_number_and_what_may_be_two_codes_is_refused() -> None:
    coding = {"1": "male", "01": "female"}
    assert coded("01", coding) == ("female", [])
    assert coded("1", coding) == ("male", [])
    found, why = coded("1.0", coding)
    assert found is None
    assert why == ["this may be any of “1”, “01” of the coding, which mean different things."]
    assert coded("1.0", {"1": "male", "01": "male"}) == ("male", [])


def test_another_number_is_in_no_coding() -> None:
    found, why = coded("1.5", SEX)
    assert found is None
    assert "not in the coding" in why[0]


@pytest.mark.parametrize("text", ["9", "9.0", "９", "-99.90", "?", "？"])
def test_what_means_unknown_is_known_in_its_other_spellings(text: str) -> None:
    assert Texts(unknown=frozenset({"9", "-99.9", "?"})).is_unknown(text)


def test_a_number_beside_an_unknown_one_is_known() -> None:
    assert not Texts(unknown=frozenset({"9"})).is_unknown("9.1")


def test_a_coding_keeps_its_keys_as_they_are_written() -> None:
    def sex(root: Section) -> Source | None:
        return source_from(root, "sex", choices=("male", "female"))

    source = read_mapping("sex: {column: c, coding: {01: male, NO: female, yes: male}}", sex)
    assert source.coding == {"01": "male", "NO": "female", "yes": "male"}


MAPPING = """
subject_id: id
site: {constant: A}
index_date: {column: start, year: true}
cohort: {column: group, create: true, %s}
"""


def test_a_cohort_is_found_by_the_name_that_files_have_for_it() -> None:
    text = MAPPING % "names: {CD8-LOW: CD8 LOW}, kinds: {CD8-LOW: discovery}"
    place = read_mapping(text, nsclc_mapping).cohort
    assert place is not None
    assert [place.code_of(text) for text in ("CD8 LOW", "CD8-LOW", "other", None)] == [
        *("CD8-LOW", "CD8-LOW", "other", None)
    ]
    assert place.kinds == {"CD8-LOW": "discovery"}


@pytest.mark.parametrize("names", ["{A: x, B: x}", "{A: B, B: y}"])
def test_a_name_that_could_be_two_cohorts_is_refused(names: str) -> None:
    with pytest.raises(Refused, match="name or the code of another"):
        read_mapping(MAPPING % f"names: {names}", nsclc_mapping)


def test_a_place_without_names_takes_the_text() -> None:
    assert Place(Source("site", column="c"), create=False, names={}, kinds={}).code_of("A") == "A"


def test_a_mapping_in_which_everything_is_wrong_is_refused_at_once() -> None:
    text = "\n".join(f"subjekt_{i}: {i}" for i in range(10_000))
    with pytest.raises(Refused) as caught:
        read_mapping(text, nsclc_mapping)
    assert len(caught.value.errors["mapping"]) == 100
