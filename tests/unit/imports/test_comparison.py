"""What a file says against what the study knows: every field, and the days on which a rule begins."""

from datetime import date, timedelta
from typing import Any

import pytest

from clinical.models import FollowUp, Patient
from imports.models import ImportBatch
from imports.services.batches import commit_import, preview_import, receive_file
from studies.models import Site, Study
from tests.factories import StudyFactory, answers, fill, make_member

pytestmark = pytest.mark.django_db

MAPPING = """
subject_id: id
site: {column: site, create: true}
cohort: {column: cohort, create: true}
index_date: {column: start}
age: {column: age}
sex: {column: sex}
labs: {pre: {albumin: {column: alb, unit: g/dL}}}
follow_up:
  - date: {column: seen}
    status: {column: status}
    progression_date: {column: progressed}
"""
HEADER = "id,site,cohort,start,age,sex,alb,seen,status,progressed"
FIRST = "P1,A,discovery,2020-01-01,60,male,4.1,2020-04-01,alive,2020-02-01"


@pytest.fixture
def study() -> Study:
    study = StudyFactory()
    commit_import(batch=previewed(study, FIRST), by=None)
    return study


def previewed(study: Study, *lines: str, by: Any = None) -> ImportBatch:
    content = "\n".join([HEADER, *lines]).encode()
    batch = receive_file(
        study=study, name="f.csv", content=content, kind="clinical", mapping_text=MAPPING, by=by
    )
    return preview_import(batch=batch, by=by)


def verdict(study: Study, line: str, by: Any = None) -> tuple[str, list[Any], list[Any]]:
    (row,) = previewed(study, line, by=by).preview["rows"]
    return row["verdict"], row["changes"], row["problems"]


def test_the_same_again_changes_nothing(study: Study) -> None:
    assert verdict(study, FIRST) == ("unchanged", [], [])


@pytest.mark.parametrize(
    ("line", "change"),
    [
        (FIRST.replace(",60,", ",61,"), ["age", "60", "61"]),
        (FIRST.replace("male", "female"), ["sex", "male", "female"]),
        (FIRST.replace("4.1", "3.9"), ["pre albumin", "4.1", "3.9"]),
        (FIRST.replace("2020-01-01", "2020-01-05"), ["index_date", "2020-01-01", "2020-01-05"]),
        (FIRST.replace(",A,", ",B,"), ["site", "A", "B"]),
        (FIRST.replace("discovery", "validation"), ["cohort", "discovery", "validation"]),
        (
            FIRST.replace("2020-02-01", "2020-02-02"),
            ["contact 2020-04-01 progression_date", "2020-02-01", "2020-02-02"],
        ),
        (FIRST.replace("alive", "lost"), ["contact 2020-04-01 status", "alive", "lost"]),
    ],
)
def test_each_field_that_differs_is_shown_old_and_new_and_is_the_only_one(
    study: Study, line: str, change: list[str]
) -> None:
    assert verdict(study, line) == ("changed", [change], [])


def test_an_empty_cell_says_nothing_of_what_is_known(study: Study) -> None:
    line = "P1,A,discovery,2020-01-01,,,,2020-04-01,alive,"
    assert verdict(study, line) == ("unchanged", [], [])


def test_what_was_unknown_has_no_old_value(study: Study) -> None:
    fill(Patient.objects.get(), age="")
    assert verdict(study, FIRST) == ("changed", [["age", None, "60"]], [])


def test_another_day_is_another_contact(study: Study) -> None:
    told, changes, _ = verdict(study, FIRST.replace("2020-04-01", "2020-04-02"))
    assert told == "changed"
    assert {field for field, _, _ in changes} == {
        "contact 2020-04-02 date", "contact 2020-04-02 status", "contact 2020-04-02 progression_date",
    }  # fmt: skip


def test_a_commit_of_a_change_writes_it_and_nothing_else(study: Study) -> None:
    commit_import(batch=previewed(study, FIRST.replace(",60,", ",61,")), by=None)
    patient = Patient.objects.get()
    known = answers(patient)
    assert (known["age"], known["sex"]) == (61.0, "male")
    assert FollowUp.objects.count() == 1


def rejected(study: Study, line: str, by: Any = None) -> str:
    told, _, problems = verdict(study, line, by)
    return problems[0][2] if told == "rejected" else ""


def test_the_index_date_may_lie_on_the_first_known_day_and_not_after_it(study: Study) -> None:
    """The first known day is that of the progression, 1 February."""
    assert rejected(study, "P1,A,discovery,2020-02-01,,,,,,") == ""
    assert "2020-02-01" in rejected(study, "P1,A,discovery,2020-02-02,,,,,,")


def test_today_is_known_and_tomorrow_is_not(study: Study) -> None:
    today = study.today()
    tomorrow = today + timedelta(days=1)
    assert rejected(study, f"P1,A,discovery,,,,,{today},alive,") == ""
    assert "in the future" in rejected(study, f"P1,A,discovery,,,,,{tomorrow},alive,")
    assert rejected(study, f"P2,A,discovery,{today},,,,,,") == ""
    assert "in the future" in rejected(study, f"P2,A,discovery,{tomorrow},,,,,,")


def test_the_day_of_the_first_dose_is_the_first_on_which_anything_can_happen(study: Study) -> None:
    base = "P2,A,discovery,2020-05-10,,,,"
    assert rejected(study, base + "2020-05-10,dead,2020-05-10") == ""
    assert "before the index date" in rejected(study, base + "2020-05-09,alive,")
    assert "before the index date" in rejected(study, base + "2020-06-01,alive,2020-05-09")
    assert rejected(study, base + "2020-06-01,alive,2020-06-01") == ""
    assert "after the contact" in rejected(study, base + "2020-06-01,alive,2020-06-02")


def test_nothing_happens_after_a_death_and_nobody_dies_twice(study: Study) -> None:
    commit_import(batch=previewed(study, FIRST.replace("alive", "dead")), by=None)
    later = "P1,A,discovery,,,,,2020-04-02,alive,"
    assert "after the death on 2020-04-01" in rejected(study, later)
    assert rejected(study, "P1,A,discovery,,,,,2020-03-31,alive,") == ""
    moved = verdict(study, "P1,A,discovery,,,,,2020-04-03,dead,")
    assert moved == (
        "changed", [["contact 2020-04-03 date", "2020-04-01", "2020-04-03"]], [],
    )  # fmt: skip


def test_a_subject_that_differs_only_in_capitals_is_refused(study: Study) -> None:
    assert "capitals" in rejected(study, "p1,A,discovery,2020-01-01,,,,,,")
    lines = ("Q1,A,discovery,2020-01-01,,,,,,", "q1,A,discovery,2020-01-01,,,,,,")
    found = [row["verdict"] for row in previewed(study, *lines).preview["rows"]]
    assert found == ["new", "rejected"]


def test_a_person_bound_to_a_hospital_neither_sees_nor_moves_patients_of_another(
    study: Study,
) -> None:
    other = Site.objects.create(study=study, code="B", name="B")
    at_b = make_member(study, "coordinator", site=other)
    told, changes, problems = verdict(study, FIRST.replace(",60,", ",61,"), by=at_b)
    assert (told, changes, len(problems)) == ("rejected", [], 1)
    assert "does not reach" in problems[0][2]
    at_a = make_member(study, "coordinator", site=Site.objects.get(code="A"))
    assert verdict(study, FIRST.replace(",60,", ",61,"), by=at_a)[0] == "changed"
    assert "does not reach this site" in rejected(study, FIRST.replace(",A,", ",B,"), by=at_a)
    assert "does not reach" in rejected(study, "P9,B,discovery,2020-01-01,,,,,,", by=at_a)


def test_a_new_patient_needs_a_site_and_a_cohort_and_may_have_no_day_yet(study: Study) -> None:
    assert rejected(study, "P9,A,discovery,2020-01-01,,,,,,") == ""
    assert rejected(study, "P9,A,discovery,,,,,,,") == ""
    for line in ("P9,,discovery,2020-01-01,,,,,,", "P9,A,,2020-01-01,,,,,,"):
        assert rejected(study, line), line
    assert Patient.objects.count() == 1
    assert date(2020, 1, 1) == Patient.objects.get().index_date
