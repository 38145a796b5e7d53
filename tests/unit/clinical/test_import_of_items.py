"""Items of a study's own dictionary come in by a file: one of each type, and what is derived from them."""

from typing import Any

import pytest

from clinical.dictionary.reading import read_definition
from clinical.models import FilledForm, Patient
from clinical.services.definitions import publish_definition
from imports.models import ImportBatch
from imports.services.batches import commit_import, preview_import, receive_file
from studies.models import Study
from tests.factories import answers, make_patient

pytestmark = pytest.mark.django_db

OWN = """
name: own
code_lists:
  - {name: histology, codes: [{code: adeno, label: {en: adenocarcinoma, ja: 腺癌}}, {code: squamous}, {code: "0"}]}
events: [{name: pre, forms: [mine]}, {name: edt, forms: [mine]}]
forms:
  - name: mine
    items:
      - {name: ldh, type: decimal, unit: U/L, units: {U/L: 1, ukat/L: 60}, range: {low: 10, usual_low: 80, usual_high: 1500, high: 20000}}
      - {name: metastases, type: integer, range: {low: 0, high: 50}}
      - {name: histology, type: code, codes: histology}
      - {name: sites, type: codes, codes: histology}
      - {name: smoker, type: yes_no}
      - {name: drawn, type: date, visit_date: true}
      - {name: quit, type: date, precision: year}
      - {name: fasted_at, type: datetime}
      - {name: clock, type: time}
      - {name: remark, type: text, longest: 20}
      - {name: double, type: decimal, derived: ldh * 2}
    checks:
      - {name: many, fires_when: metastases > 40 and smoker, severity: hard, message: {en: So many cannot be.}}
"""
MAPPING = """
kind: clinical
subject_id: id
ldh: {column: ldh, unit: ukat/L}
metastases: n
histology: hist
sites: sites
smoker: {column: smoker, coding: {1: true, 0: false}}
drawn: drawn
quit: quit
fasted_at: fasted
clock: clock
remark: remark
events: {edt: {ldh: {column: ldh6, unit: U/L}}}
"""
HEADER = "id,ldh,n,hist,sites,smoker,drawn,quit,fasted,clock,remark,ldh6\n"
GOOD = "S1,4,3,adeno,squamous|0,1,2020-03-30,2001,2020-03-30 07:15,07:15,良好,210\n"


@pytest.fixture
def study() -> Study:
    patient = make_patient(subject_id="S1")
    publish_definition(study=patient.study, definition=read_definition(OWN), by=None)
    return patient.study


def preview(study: Study, rows: str, mapping: str = MAPPING) -> ImportBatch:
    content = (HEADER + rows).encode()
    batch = receive_file(
        study=study, name="own.csv", content=content, kind="clinical", mapping_text=mapping, by=None
    )
    return preview_import(batch=batch, by=None)


def problems(batch: ImportBatch) -> list[Any]:
    return [problem for row in batch.preview["rows"] for problem in row.get("problems", [])]


def test_one_of_each_type_comes_in(study: Study) -> None:
    batch = preview(study, GOOD)
    assert batch.state == "previewed", problems(batch)
    assert batch.preview["writes"] == {"new forms": 2}
    commit_import(batch=batch, by=None)
    patient = Patient.objects.get(study=study)
    assert answers(patient) == {
        "ldh": 240.0, "metastases": 3, "histology": "adeno", "sites": ["squamous", "0"], "smoker": True,
        "drawn": "2020-03-30", "quit": "2001", "fasted_at": "2020-03-30T07:15", "clock": "07:15", "remark": "良好",
        "double": 480.0,
    }  # fmt: skip
    assert answers(patient, "edt") == {"ldh": 210.0, "double": 420.0}
    first = FilledForm.objects.get(patient=patient, event_form__event__name="pre")
    assert first.given["ldh"] == "4 ukat/L"


def test_a_second_time_nothing_changes_and_a_correction_changes_what_is_derived(
    study: Study,
) -> None:
    commit_import(batch=preview(study, GOOD), by=None)
    again = preview(study, GOOD)
    assert again.preview["writes"] == {}
    batch = preview(study, GOOD.replace("S1,4,", "S1,5,"))
    changed = batch.preview["rows"][0]["changes"]
    assert changed == [["pre ldh", "240", "300"]]
    commit_import(batch=batch, by=None)
    assert answers(Patient.objects.get(study=study))["double"] == 600.0


@pytest.mark.parametrize(
    ("old", "new", "column", "words"),
    [
        ("S1,4,", "S1,400,", "ldh", "outside the plausible range"),
        ("S1,4,", "S1,four,", "ldh", "not a number"),
        (",3,adeno", ",3.5,adeno", "n", "not a whole number"),
        (",3,adeno", ",51,adeno", "n", "outside the plausible range"),
        (",adeno,", ",adenoma,", "hist", "must be one of"),
        ("squamous|0", "squamous|1", "sites", "not one of the codes"),
        (",1,2020-03-30,", ",2,2020-03-30,", "smoker", "not in the coding"),
        (",1,2020-03-30,", ",1,2999-03-30,", "drawn", "in the future"),
        (",2001,", ",year 1,", "quit", ""),
        ("2020-03-30 07:15", "2020-03-30", "fasted", "not a date and time"),
        (",07:15,良", ",25:15,良", "clock", "not a time"),
        ("良好", "x" * 21, "remark", "at most 20"),
        (",3,adeno", ",41,adeno", "mine", "So many cannot be."),
    ],
)
def test_what_cannot_be_is_told_by_row_and_column(
    study: Study, old: str, new: str, column: str, words: str
) -> None:
    batch = preview(study, GOOD.replace(old, new))
    assert batch.state == "refused"
    found = problems(batch)
    assert found[0][0] == column
    assert words in str(found[0][2])


def test_a_mapping_names_items_of_the_study_and_no_others(study: Study) -> None:
    batch = preview(study, GOOD, MAPPING + "albumin: alb\n")
    assert "albumin" in str(batch.message)
    assert batch.state == "refused"


def test_a_check_across_visits_sees_what_study_and_file_together_know(
    study: Study, django_assert_max_num_queries: Any
) -> None:
    crossing = OWN.replace(
        "    checks:\n",
        "    checks:\n      - {name: rose, fires_when: edt.ldh > 10 * pre.ldh, severity: hard, message: {en: It cannot have risen so.}}\n",
    )
    publish_definition(study=study, definition=read_definition(crossing), by=None)
    commit_import(batch=preview(study, GOOD), by=None)
    with django_assert_max_num_queries(60):
        risen = preview(study, GOOD.replace(",210\n", ",2500\n"))
    assert "It cannot have risen so." in str(problems(risen))
    assert preview(study, GOOD.replace(",210\n", ",2300\n")).state == "previewed"
    both = GOOD.replace(",210\n", ",2500\n").replace("S1,4,", "S1,5,")
    assert preview(study, both).state == "previewed"
