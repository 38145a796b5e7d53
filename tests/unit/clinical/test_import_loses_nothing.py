"""Every value of a mapped column is in the database after a commit, or named by row in the preview."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clinical.models import FollowUp, Patient
from clinical.selectors.outcomes import Outcome, course_of, outcome_of, outcomes
from clinical.services.patients import record_follow_up
from imports.models import ImportBatch
from imports.services.batches import commit_import, confirm_warnings, preview_import, receive_file
from studies.models import Study
from studies.refusals import Refused
from tests.factories import StudyFactory, answers

pytestmark = pytest.mark.django_db
START = date(2015, 1, 1)

SURVIVAL = """
subject_id: id
site: {constant: A, create: true}
cohort: {constant: discovery, create: true}
index_date: {constant: 2015-01-01}
age: {column: age}
labs: {pre: {albumin: {column: alb, unit: g/dL}, collected_on: {column: drawn}}}
survival:
  overall:
    duration: {column: os, unit: months}
    event: {column: dead, coding: {1: dead, 0: alive}}
  progression_free:
    duration: {column: pfs, unit: months}
    event: {column: prog, coding: {1: true, 0: false}}
"""
HEADER = "id,age,alb,drawn,pfs,prog,os,dead"
CONTACTS = """
subject_id: id
site: {constant: A, create: true}
cohort: {constant: discovery, create: true}
index_date: {constant: 2015-01-01}
follow_up:
  - date: {column: seen}
    status: {column: status, coding: {0: alive, 1: dead}}
    cause: {column: cause}
    response: {column: best}
    progression_date: {column: progressed}
    disease_assessed: {column: assessed, coding: {y: true, n: false}}
"""
CONTACT_HEADER = "id,seen,status,cause,best,progressed,assessed"


def previewed(study: Study, lines: list[str], mapping: str = SURVIVAL, header: str = HEADER):
    batch = receive_file(
        study=study,
        name="file.csv",
        content="\n".join([header, *lines]).encode(),
        kind="clinical",
        mapping_text=mapping,
        by=None,
    )
    return preview_import(batch=batch, by=None)


def survival(**keys: str) -> str:
    """The mapping, with keys more under survival."""
    return SURVIVAL + "".join(f"  {key}: {value}\n" for key, value in keys.items())


def derived(endpoint: str) -> dict[str, Outcome | None]:
    found = outcomes(Patient.objects.all(), endpoint=endpoint, as_of=date(2026, 1, 1))
    return {p.subject_id: found[p.pk] for p in Patient.objects.all()}


def days(months: float) -> int:
    return round(months * 30.4375)


THREE = ["1,,,,32.7,0,,", "2,,,,14.8,1,,", "3,,,,1.8,1,2.1,1"]


@pytest.mark.alone
def test_a_pfs_event_without_os_is_asked_of_the_mapping_and_until_then_the_row_is_named() -> None:
    batch = previewed(StudyFactory(), THREE)
    assert batch.state == "refused"
    (row,) = [r for r in batch.preview["rows"] if r["verdict"] == "rejected"]
    assert (row["row"], row["problems"][0][:2]) == (3, ["pfs", "14.8"])
    assert "pfs_event_without_os: progression, or leave_out" in batch.message
    with pytest.raises(Refused):
        commit_import(batch=batch, by=None)
    assert not Patient.objects.exists()


@pytest.mark.alone
def test_a_pfs_longer_than_os_says_what_to_do_and_left_out_ends_with_os() -> None:
    """Whoever progressed, or was free of progression, on a later day had not progressed on the last of OS."""
    rows = [f"{prog}{dead},,,,4,{prog},3,{dead}" for prog in (0, 1) for dead in (0, 1)]
    batch = previewed(StudyFactory(), rows)
    assert batch.preview["counts"]["rejected"] == 4
    (_column, _value, why) = batch.preview["rows"][0]["problems"][0]
    assert "longer than overall survival (91 days). Correct one of the two; or say" in why
    batch = previewed(StudyFactory(), rows, survival(later_progression="leave_out"))
    assert [row["notes"][0][1] for row in batch.preview["rows"]] == ["4"] * 4
    commit_import(batch=batch, by=None)
    assert derived("PFS") == {one: Outcome(91, one[1] == "1") for one in ("00", "01", "10", "11")}


@pytest.mark.alone
def test_who_was_free_of_progression_on_a_day_lived_on_it() -> None:
    batch = previewed(StudyFactory(), THREE, survival(pfs_event_without_os="progression"))
    commit_import(batch=batch, by=None)
    # 32.7 and 14.8 months of 30.4375 days, by hand; row 3 as it is written.
    assert derived("PFS") == {
        "1": Outcome(995, False),
        "2": Outcome(450, True),
        "3": Outcome(55, True),
    }
    assert derived("OS") == {
        "1": Outcome(995, False),
        "2": Outcome(450, False),
        "3": Outcome(64, True),
    }
    contact = FollowUp.objects.get(patient__subject_id="1")
    assert (contact.status, contact.disease_assessed) == ("alive", True)
    assert contact.contact_date == START + timedelta(995)


def test_what_is_left_out_is_named_by_row_with_its_value() -> None:
    batch = previewed(StudyFactory(), THREE, survival(pfs_event_without_os="leave_out"))
    assert batch.state == "previewed"
    (row,) = [r for r in batch.preview["rows"] if r.get("notes")]
    assert (row["row"], row["notes"][0][:2]) == (3, ["pfs", "14.8"])
    assert any("left out" in note and str(note).endswith("3.") for note in batch.preview["notes"])
    commit_import(batch=batch, by=None)
    assert derived("PFS")["2"] is None


@pytest.mark.alone
def test_no_known_death_is_changed_by_a_row_that_does_not_say_how_the_patient_is() -> None:
    study = StudyFactory()
    commit_import(batch=previewed(study, ["1,,,,,,10,1"]), by=None)
    mapping = survival(pfs_event_without_os="progression")
    commit_import(batch=previewed(study, ["1,,,,10,1,,"], mapping), by=None)
    assert FollowUp.objects.get().status == "dead"
    assert derived("OS")["1"] == Outcome(days(10), True)


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("1,,,,5,,,", "prog"),
        ("1,,,,,1,,", "pfs"),
        ("1,,,,,,5,", "dead"),
        ("1,,,,,,,0", "os"),
        ("1,,,,9,1,5,0", "pfs"),
        ("1,,,,9,0,5,1", "pfs"),
        ("1,,38,,,,,", "alb"),
        ("1,,,2999-01-01,,,,", "drawn"),
    ],
)
def test_half_an_outcome_and_what_cannot_be_are_told_by_row(line: str, column: str) -> None:
    batch = previewed(StudyFactory(), [line, "2,60,,,1,1,2,1"])
    assert batch.state == "refused"
    assert batch.preview["rows"][0]["problems"][0][0] == column


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("1,,,cancer,,,", "seen"),
        ("1,,,,PD,,", "seen"),
        ("1,,,,,2015-06-01,", "seen"),
        ("1,,,,,,y", "seen"),
        ("1,2015-06-01,,,,,", "status"),
        ("1,,1,,,,", "seen"),
        ("1,2015-06-01,0,cancer,,,", "cause"),
    ],
)
def test_no_part_of_a_contact_is_dropped_with_the_rest_of_it(line: str, column: str) -> None:
    batch = previewed(StudyFactory(), [line], CONTACTS, CONTACT_HEADER)
    assert batch.state == "refused"
    assert batch.preview["rows"][0]["problems"][0][0] == column


@pytest.mark.alone
def test_a_visit_that_did_not_take_place_is_no_contact() -> None:
    mapping = CONTACTS.replace("{column: status, coding: {0: alive, 1: dead}}", "{constant: alive}")
    batch = previewed(StudyFactory(), ["1,,,,,,"], mapping, CONTACT_HEADER)
    commit_import(batch=batch, by=None)
    assert not FollowUp.objects.exists()


def test_a_coding_cannot_skip_what_is_not_left_out() -> None:
    mapping = SURVIVAL.replace("coding: {1: true, 0: false}", "coding: {1: true, 9: skip}")
    batch = previewed(StudyFactory(), ["1,,,,,,,"], mapping)
    assert "“9” is coded as “skip”" in batch.message


def test_a_death_after_the_last_assessment_is_told_by_row_for_it_ends_progression_free_survival() -> (
    None
):
    batch = previewed(StudyFactory(), ["1,,,,5,0,8,1"])
    (row,) = batch.preview["rows"]
    assert row["notes"][0][:2] == ["pfs", "5"]
    assert "152 days, censored of PFS" in row["notes"][0][2]
    assert "244 days, an event" in row["notes"][0][2]


@pytest.mark.alone
def test_an_outcome_that_the_study_will_not_have_is_told_by_row() -> None:
    study = StudyFactory()
    commit_import(batch=previewed(study, ["1,,,,5,0,8,0"]), by=None)
    patient = Patient.objects.get()
    record_follow_up(patient=patient, contact_date=date(2016, 1, 1), status="alive", by=None)
    batch = previewed(study, ["1,,,,5,0,7,0"])
    (row,) = batch.preview["rows"]
    assert row["notes"][0][:2] == ["os", "7"]
    assert "213 days, censored of OS" in row["notes"][0][2]
    assert "365 days, censored" in row["notes"][0][2]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    contacts=st.lists(
        st.tuples(
            st.integers(0, 5),
            st.sampled_from(["alive", "lost", "dead"]),
            st.sampled_from([None, "CR", "PD", "NE"]),
            st.sampled_from([None, True, False]),
            st.booleans(),
        ),
        max_size=4,
        unique_by=lambda contact: contact[0],
    )
)
def test_contacts_in_memory_give_the_outcome_that_the_database_gives(contacts: list[Any]) -> None:
    study = StudyFactory()
    batch = previewed(study, ["1,,,,,,,"])
    commit_import(batch=batch, by=None)
    patient = Patient.objects.get(study=study)
    made = []
    for n, status, response, assessed, progressed in sorted(contacts):
        contact = FollowUp(
            patient=patient,
            contact_date=START + timedelta(100 * n),
            status=status,
            response=response,
            disease_assessed=assessed,
            progression_date=START + timedelta(90 * n) if progressed else None,
        )
        made.append(contact)
        if status == "dead":
            break
    for contact in made:
        contact.save()
    for endpoint in ("OS", "PFS"):
        stored = outcomes(
            Patient.objects.filter(study=study), endpoint=endpoint, as_of=date(2026, 1, 1)
        )
        assert outcome_of(course_of(patient.index_date, made), endpoint) == stored[patient.pk]


MONTHS = st.sampled_from(["", "NA", "0", "1.5", "10", "32.7", "many"])
EVENTS = st.sampled_from(["", "0", "1", "?"])
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", "60", "1950"]),
        st.sampled_from(["", "3.8", "38"]),
        st.sampled_from(["", "2015-01-02", "1899-01-01", "2.1.2015"]),
        MONTHS,
        EVENTS,
        MONTHS,
        EVENTS,
    ),
    min_size=1,
    max_size=4,
)
UNKNOWN = {"", "NA"}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=ROWS,
    later=st.sampled_from(["reject", "leave_out"]),
    meaning=st.sampled_from([None, "progression", "leave_out"]),
)
def test_every_known_cell_is_stored_or_named(
    rows: list[tuple[str, ...]], later: str, meaning: str | None
) -> None:
    study = StudyFactory()
    keys = {"later_progression": later}
    if meaning is not None:
        keys["pfs_event_without_os"] = meaning
    lines = [",".join((f"P{n}", *cells)) for n, cells in enumerate(rows)]
    batch = previewed(study, lines, survival(**keys))
    by_row = {row["row"]: row for row in batch.preview["rows"]}
    if batch.state == "previewed":
        batch = _committed(batch)
    for n, cells in enumerate(rows):
        told = by_row[n + 2]
        if told["verdict"] == "rejected":
            assert told["problems"]
            continue  # the row is named, and nothing of the file is loaded
        if batch.state != "committed":
            continue
        noted = {column for column, _value, _why in told.get("notes", [])}
        _all_stored(Patient.objects.get(study=study, subject_id=f"P{n}"), cells, noted)


def _committed(batch: ImportBatch) -> ImportBatch:
    """A warning is not what is tested here: each is confirmed by name."""
    doubts = [(one["code"], one["column"]) for one in batch.preview["doubts"]]
    return commit_import(
        batch=confirm_warnings(batch=batch, warnings=doubts, by=None) if doubts else batch, by=None
    )


def _all_stored(patient: Patient, cells: tuple[str, ...], noted: set[str]) -> None:
    age, albumin, drawn, pfs, prog, os, dead = cells
    known = answers(patient)
    if age not in UNKNOWN:
        assert known["age"] == float(age)
    if albumin not in UNKNOWN:
        assert known["albumin"] == float(albumin)
    if drawn not in UNKNOWN:
        assert known["collected_on"] == drawn
    course = course_of(patient.index_date, list(patient.follow_ups.all()))
    if os not in UNKNOWN:
        assert outcome_of(course, "OS") == Outcome(days(float(os)), dead == "1")
    if pfs not in UNKNOWN and "pfs" not in noted:
        assert outcome_of(course, "PFS") == Outcome(days(float(pfs)), prog == "1")
    if pfs in UNKNOWN and os in UNKNOWN:
        assert not patient.follow_ups.exists()


CONTACT_ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", "2015-06-01", "2014-01-01", "June"]),
        st.sampled_from(["", "0", "1", "9"]),
        st.sampled_from(["", "cancer", "unknown", "NA"]),
        st.sampled_from(["", "SD", "PD", "great"]),
        st.sampled_from(["", "2015-05-01", "2015-07-01"]),
        st.sampled_from(["", "y", "n", "?"]),
    ),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=CONTACT_ROWS)
@example(rows=[("2015-06-01", "1", "unknown", "SD", "2015-05-01", "n")])
@example(rows=[("2015-06-01", "1", "NA", "", "", ""), ("", "", "NA", "", "", "")])
def test_every_known_cell_of_a_contact_is_stored_or_its_row_is_rejected(
    rows: list[tuple[str, ...]],
) -> None:
    study = StudyFactory()
    lines = [",".join((f"P{n}", *cells)) for n, cells in enumerate(rows)]
    batch = previewed(study, lines, CONTACTS, CONTACT_HEADER)
    rejected = {row["row"] for row in batch.preview["rows"] if row["problems"]}
    if not rejected:
        commit_import(batch=batch, by=None)
    for n, cells in enumerate(rows):
        seen, status, cause, response, progressed, assessed = cells
        if n + 2 in rejected:
            assert any(cell not in UNKNOWN for cell in cells)
        elif not rejected:
            stored = FollowUp.objects.filter(patient__study=study, patient__subject_id=f"P{n}")
            told = stored.values_list(
                "contact_date",
                "status",
                "cause",
                "response",
                "progression_date",
                "disease_assessed",
            )
            expected = (
                seen,
                {"0": "alive", "1": "dead"}.get(status),
                # `unknown` is a cause of death; NA is no word for one.
                cause if cause not in UNKNOWN else None,
                response or None,
                progressed or None,
                {"y": True, "n": False}.get(assessed),
            )
            known = [tuple(str(v) if isinstance(v, date) else v for v in row) for row in told]
            assert known == ([expected] if seen else [])
