"""Who is enrolled by a file: what a new subject needs, each refusal once and at its own column."""

from datetime import date, timedelta

import pytest

from accounts.models import User
from clinical.models import EARLIEST_INDEX_DATE, Patient
from imports.models import ImportBatch
from imports.services.batches import commit_import, preview_import, receive_file
from studies.models import Study
from tests.factories import CohortFactory, SiteFactory, StudyFactory, make_member, make_patient

pytestmark = pytest.mark.django_db

ENROLS = """
subject_id: id
site: {column: site, create: true}
cohort: {column: cohort, create: true}
index_date: {column: start}
"""
HEADER = "id,site,cohort,start"


@pytest.fixture
def study() -> Study:
    return StudyFactory()


def read(study: Study, *lines: str, mapping: str = ENROLS, header: str = HEADER) -> ImportBatch:
    content = "\n".join([header, *lines]) + "\n"
    batch = receive_file(
        study=study,
        name="f.csv",
        content=content.encode(),
        kind="clinical",
        mapping_text=mapping,
        by=None,
    )
    return preview_import(batch=batch, by=None)


def problems(batch: ImportBatch) -> list[tuple[int, str, str]]:
    rows = (batch.preview or {})["rows"]
    return [(row["row"], column, str(why)) for row in rows for column, _, why in row["problems"]]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("P1,,discovery,2020-01-01", [(2, "site", "this must be known for every patient.")]),
        ("P1,A,,2020-01-01", [(2, "cohort", "this must be known for every patient.")]),
        (",A,discovery,2020-01-01", [(2, "id", "every row needs a subject id.")]),
        (
            "P1,A,discovery,soon",
            [(2, "start", "not a date written as YYYY-MM-DD")],
        ),
        (
            "P1,,,",
            [
                (2, "site", "this must be known for every patient."),
                (2, "cohort", "this must be known for every patient."),
            ],
        ),
    ],
)
def test_what_a_new_patient_lacks_is_told_once_at_its_column(
    study: Study, line: str, told: list[tuple[int, str, str]]
) -> None:
    batch = read(study, line)
    assert problems(batch) == told
    assert not any("patient" in what for what in (batch.preview or {})["writes"])


def test_one_good_row_beside_a_bad_one_enrols_nobody(study: Study) -> None:
    assert read(study, "P1,A,discovery,2020-01-01", "P2,,discovery,2020-01-01").state == "refused"
    assert not Patient.objects.filter(study=study).exists()


@pytest.mark.parametrize("leave_out", ["site", "cohort", "index_date"])
def test_a_mapping_that_does_not_enrol_says_so_of_each_unknown_subject(
    study: Study, leave_out: str
) -> None:
    make_patient(study, subject_id="P1")
    kept = [line for line in ENROLS.strip().splitlines() if not line.startswith(leave_out)]
    mapping = "\n".join([*kept, "age: {column: age}"])
    batch = read(
        study,
        "P1,,,,61",
        "P2,A,discovery,2020-01-01,62",
        mapping=mapping,
        header=f"{HEADER},age",
    )
    told = "this subject is not in the study; to enrol, map site, cohort and index_date."
    assert problems(batch) == [(3, "id", told)]


def test_a_row_per_contact_maps_nothing_that_enrols(study: Study) -> None:
    mapping = f"layout: row_per_contact{ENROLS}follow_up: [{{date: seen, status: status}}]\n"
    batch = read(
        study,
        "P1,A,discovery,2020-01-01,2020-02-01,alive",
        mapping=mapping,
        header=f"{HEADER},seen,status",
    )
    assert batch.state == "refused"
    assert "a file with a row per contact holds subject_id and follow_up only" in batch.message


@pytest.mark.parametrize(("there", "said"), [("p1", "P1"), ("P1", "p1"), ("Ab", "aB")])
def test_capitals_alone_make_no_other_subject(study: Study, there: str, said: str) -> None:
    make_patient(study, subject_id=there)
    why = "a subject id that differs only in capitals is already in the study."
    assert problems(read(study, f"{said},A,discovery,2020-01-01")) == [(2, "id", why)]


def test_nor_do_they_within_one_file(study: Study) -> None:
    why = "a subject id that differs only in capitals is already in the study."
    batch = read(study, "P1,A,discovery,2020-01-01", "p1,A,discovery,2020-01-01")
    assert problems(batch) == [(3, "id", why)]


def test_of_a_new_patient_nothing_old_is_shown(study: Study) -> None:
    batch = read(study, "P1,A,discovery,2020-01-01")
    (row,) = (batch.preview or {})["rows"]
    assert row["verdict"] == "new"
    assert row["changes"] == [
        ["site", None, "A"],
        ["cohort", None, "discovery"],
        ["index_date", None, "2020-01-01"],
    ]
    commit_import(batch=batch, by=None)
    patient = study.patients.get()
    assert (patient.subject_id, patient.site.code, patient.cohort.code) == ("P1", "A", "discovery")
    assert patient.index_date == date(2020, 1, 1)


def test_a_row_that_says_nothing_new_changes_nothing(study: Study) -> None:
    line = "P1,A,discovery,2020-01-01"
    commit_import(batch=read(study, line), by=None)
    batch = read(study, line)
    assert (batch.preview or {})["counts"]["unchanged"] == 1
    assert (batch.preview or {})["writes"] == {}


def whys(
    study: Study, line: str, mapping: str = ENROLS, by: User | None = None
) -> list[tuple[str, str]]:
    content = f"{HEADER}\n{line}\n".encode()
    batch = receive_file(
        study=study, name="f.csv", content=content, kind="clinical", mapping_text=mapping, by=by
    )
    return [(column, why) for _, column, why in problems(preview_import(batch=batch, by=by))]


LINE = "P1,A,discovery,2020-01-01"
CLOSED = ENROLS.replace(", create: true", "")


def test_a_place_that_is_not_there_is_told_with_those_that_are(study: Study) -> None:
    add = "To add it, write create: true in the mapping."
    none = f"this is not in the study; it has: none. {add}"
    assert whys(study, LINE, CLOSED) == [("site", none), ("cohort", none)]
    SiteFactory(study=study, code="Aa")
    SiteFactory(study=study, code="Ab")
    SiteFactory(code="A")  # of another study
    (why,) = [why for column, why in whys(study, LINE, CLOSED) if column == "site"]
    assert why.startswith("this is not in the study; it has: Aa, Ab. Did you mean “A")
    assert why.endswith(add)


def test_only_a_manager_adds_a_place(study: Study) -> None:
    SiteFactory(study=study, code="B")
    coordinator = make_member(study, "coordinator", site=study.sites.get())
    only = "this is not in the study; it has: B. Only a manager of the study may add it."
    assert ("site", only) in whys(study, LINE, by=coordinator)
    assert whys(study, LINE, by=make_member(study, "manager")) == []


def test_a_place_that_is_there_is_taken_and_not_made_again(study: Study) -> None:
    site = SiteFactory(study=study, code="A")
    cohort = CohortFactory(study=study, code="discovery")
    commit_import(batch=read(study, LINE, mapping=CLOSED), by=None)
    patient = study.patients.get()
    assert (patient.site, patient.cohort) == (site, cohort)
    assert (study.sites.count(), study.cohorts.count()) == (1, 1)


def test_new_places_have_the_names_and_kinds_of_the_mapping(study: Study) -> None:
    mapping = """
subject_id: id
site: {column: site, create: true, names: {A: The hospital}}
cohort: {column: cohort, create: true, names: {c1: The first}, kinds: {c1: validation}}
index_date: {column: start}
"""
    lines = ("P1,A,c1,2020-01-01", "P2,A,c1,2020-01-02", "P3,B,discovery,2020-01-03")
    batch = read(study, *lines, mapping=mapping)
    assert (batch.preview or {})["writes"] == {
        "new sites": 2, "new cohorts": 2, "new patients": 3,
    }  # fmt: skip
    commit_import(batch=batch, by=None)
    assert sorted(study.sites.values_list("code", "name")) == [("A", "The hospital"), ("B", "B")]
    found = sorted(study.cohorts.values_list("code", "kind", "name"))
    assert [row[:2] for row in found] == [("c1", "validation"), ("discovery", "discovery")]
    assert found[0][2] == "The first"


def test_a_new_cohort_needs_a_kind(study: Study) -> None:
    why = "name the kind of this new cohort in the mapping (cohort.kinds)."
    assert whys(study, "P1,A,c1,2020-01-01") == [("cohort", why)]


@pytest.mark.parametrize("code", ["x" * 200, "a b/c"])
def test_a_code_that_cannot_be_is_refused_at_its_column(study: Study, code: str) -> None:
    assert [column for column, _ in whys(study, f"P1,{code},discovery,2020-01-01")] == ["site"]


@pytest.mark.parametrize(
    ("start", "refused"),
    [(EARLIEST_INDEX_DATE, False), (EARLIEST_INDEX_DATE - timedelta(days=1), True)],
)
def test_the_first_day_that_an_index_date_can_be(study: Study, start: date, refused: bool) -> None:
    why = f"the index date lies before {EARLIEST_INDEX_DATE.year}: check the year."
    told = [("start", why)] if refused else []
    assert whys(study, f"P1,A,discovery,{start.isoformat()}") == told
