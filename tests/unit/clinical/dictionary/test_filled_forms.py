"""The database holds a filled form to its definition, whoever writes it."""

import json
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from clinical.dictionary.reading import read_definition
from clinical.models import Definition, EditCheck, FilledForm, Form, Item
from clinical.selectors.definitions import Collected
from clinical.services.definitions import publish_definition
from tests.factories import StudyFactory, make_patient

pytestmark = pytest.mark.django_db

EVERY_TYPE = """
name: every type
missing_codes: [{code: ND, label: not done}]
code_lists:
  - {name: colour, codes: [{code: red}, {code: "0"}, {code: "it's"}]}
events:
  - {name: visit, forms: [all]}
  - {name: later, forms: [{form: all, repeats: true}], repeats: true}
forms:
  - name: all
    items:
      - {name: heading, type: heading}
      - {name: txt, type: text, longest: 5}
      - {name: whole, type: integer, range: {low: 0, high: 10}}
      - {name: dec, type: decimal, unit: g/dL, range: {low: 0.5, usual_low: 1, usual_high: 6.5, high: 8}}
      - {name: free, type: decimal}
      - {name: yes, type: yes_no}
      - {name: one, type: code, codes: colour}
      - {name: more, type: codes, codes: colour}
      - {name: day, type: date}
      - {name: month, type: date, precision: month}
      - {name: year, type: date, precision: year}
      - {name: moment, type: datetime}
      - {name: clock, type: time}
      - {name: scan, type: file}
      - {name: twice, type: decimal, derived: dec * 2}
    checks:
      - {name: much, fires_when: dec > 7, severity: soft}
      - {name: never, fires_when: dec > 8, severity: hard}
"""


@pytest.fixture
def patient() -> Any:
    return make_patient()


@pytest.fixture
def collected(patient: Any) -> Collected:
    return publish_definition(study=patient.study, definition=read_definition(EVERY_TYPE), by=None)


def insert(patient: Any, collected: Collected, event: str = "visit", **parts: Any) -> None:
    """Raw SQL, as the application's role."""
    place = collected.places[event, "all"]
    row = {
        "patient_id": patient.pk, "event_form_id": place.pk, "event_oid": str(place.event), "form_oid": str(place.form),
        "event_instance": 1, "form_instance": 1, "status": "complete", "void_reason": "", "created_at": "2026-01-01",
        "values": {}, "given": {}, "missing": {}, "states": {}, "confirmed": {}, **parts,
    }  # fmt: skip
    plain = [json.dumps(v) if isinstance(v, dict) else v for v in row.values()]
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join(["%s"] * len(row))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO clinical_filledform ({names}) VALUES ({marks})", plain)  # noqa: S608


def refusal(patient: Any, collected: Collected, **parts: Any) -> str:
    with pytest.raises(IntegrityError) as caught:
        insert(patient, collected, **parts)
    return str(caught.value)


GOOD: dict[str, list[Any]] = {
    "txt": ["a", "予後", "it's"],
    "whole": [0, 10, 3.0],
    "dec": [0.5, 8, 3.25],
    "free": [-1e300, 0],
    "yes": [True, False],
    "one": ["red", "0", "it's"],
    "more": [[], ["red"], ["it's", "0"]],
    "day": ["2024-02-29"],
    "month": ["2024-02", "2024-02-29"],
    "year": ["2024", "2024-12", "2024-02-29"],
    "moment": ["2024-02-29T23:59", "2024-02-29T23:59:01"],
    "clock": ["00:00", "23:59:59"],
    "scan": ["a" * 64],
    "twice": [4],
}
BAD: dict[str, list[Any]] = {
    "heading": ["a"],
    "nothing": ["a"],
    "txt": ["", "sixsix", 1, True, None, ["a"]],
    "whole": [-1, 11, 2.5, "3", True, None],
    "dec": [0.49, 8.01, "3", "today", None, [1]],
    "free": ["1", True],
    "yes": ["true", 1, None],
    "one": ["blue", "Red", 0, ["red"], None],
    "more": ["red", ["blue"], ["red", 0], {"red": 1}],
    "day": ["2023-02-29", "2024-02", "2024", "today", "12", 20240229, "2024-02-29T00:00"],
    "month": ["2024", "2024-13", "2024-02-30"],
    "year": ["24", "2024-00", "now"],
    "moment": ["2024-02-29", "2024-02-30T00:00", "2024-02-29T24:30", "now"],
    "clock": ["24:30", "12", "noon"],
    "scan": ["a", "A" * 64],
    "twice": ["4"],
}


@pytest.mark.parametrize("name", GOOD)
def test_what_an_item_can_be_is_taken(patient: Any, collected: Collected, name: str) -> None:
    for place, value in enumerate(GOOD[name], start=1):
        insert(patient, collected, "later", form_instance=place, values={name: value})


@pytest.mark.parametrize("name", BAD)
def test_what_an_item_cannot_be_is_refused_by_name(
    patient: Any, collected: Collected, name: str
) -> None:
    for value in BAD[name]:
        told = refusal(patient, collected, values={name: value, "free": 1} | {name: value})
        if name not in ("heading", "nothing"):
            assert told.startswith(f"{name} cannot be what is given"), (value, told)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"values": {"dec": 3}, "given": {"dec": "4"}}, "disagrees"),
        ({"values": {"dec": 3}, "given": {"dec": "three"}}, "disagrees"),
        ({"values": {"dec": 3.5}, "given": {"dec": "３．６"}}, "disagrees"),
        ({"values": {"day": "2024-02-29"}, "given": {"day": "2024-02-28"}}, "disagrees"),
        ({"values": {"one": "red"}, "given": {"one": "0"}}, "disagrees"),
        ({"values": {"yes": True}, "given": {"yes": "No"}}, "disagrees"),
        ({"values": {"txt": "a"}, "given": {"txt": "b"}}, "disagrees"),
        ({"given": {"txt": "b"}}, "disagrees"),
        ({"given": {"nothing": "b"}}, "disagrees"),
        ({"missing": {"dec": "UNK"}}, "missing code"),
        ({"missing": {"nothing": "ND"}}, "missing code"),
        ({"missing": {"dec": "ND"}, "values": {"dec": 3}}, "missing code"),
        ({"states": {"dec": "soft"}}, "state"),
        ({"states": {"dec": "odd"}, "values": {"dec": 3}}, "state"),
        ({"states": {"dec": "nonconforming"}}, "state"),
        ({"states": {"dec": "nonconforming"}, "values": {"dec": 3}}, "state"),
        ({"confirmed": {"much": ""}}, "no soft check"),
        ({"confirmed": {"much": "x" * 501}}, "no soft check"),
        ({"confirmed": {"much": ["so"]}}, "no soft check"),
        ({"confirmed": {"never": "so"}}, "no soft check"),
        ({"confirmed": {"dec": "so"}}, "no soft check"),
        ({"event_instance": 2}, "not one of a published definition"),
        ({"form_instance": 2}, "not one of a published definition"),
        ({"form_oid": "00000000-0000-0000-0000-000000000000"}, "not one of a published definition"),
    ],
)  # fmt: skip
def test_parts_that_contradict_each_other_are_refused(
    patient: Any, collected: Collected, parts: Any, told: str
) -> None:
    assert told in refusal(patient, collected, **parts)


@pytest.mark.parametrize(
    "parts",
    [
        {"values": {"dec": 3.5}, "given": {"dec": "３．５０"}},
        {"values": {"dec": 3.5}, "given": {"dec": "3,5"}},
        {"values": {"free": 1234.5}, "given": {"free": "1,234.5"}},
        {"values": {"dec": 3.8}, "given": {"dec": "38 g/L"}},
        {"values": {"day": "2023-04-10"}, "given": {"day": "令和5年4月10日"}},
        {"values": {"one": "red"}, "given": {"one": "Red"}},
        {"values": {"yes": True}, "given": {"yes": "はい"}},
        {"missing": {"dec": "ND", "day": "ND"}},
        {"given": {"dec": "before validation 1"}, "states": {"dec": "nonconforming"}},
        {"values": {"dec": 7}, "states": {"dec": "soft"}},
        {"values": {"dec": 7.5}, "confirmed": {"much": "so"}},
    ],
)  # fmt: skip
def test_texts_missing_codes_and_states_that_fit_are_kept(
    patient: Any, collected: Collected, parts: Any
) -> None:
    insert(patient, collected, **parts)
    row = patient.filled_forms.get()
    for name, value in parts.items():
        assert getattr(row, name) == value


def test_a_form_of_another_study_is_refused(patient: Any, collected: Collected) -> None:
    stranger = make_patient(StudyFactory())
    assert "not one of a published definition" in refusal(stranger, collected, values={"dec": 3})


def test_a_change_is_held_to_the_same_rules(patient: Any, collected: Collected) -> None:
    insert(patient, collected, values={"dec": 3})
    with pytest.raises(IntegrityError, match="dec cannot be"), transaction.atomic():
        FilledForm.objects.filter(patient=patient).update(values={"dec": 9})


def test_a_published_definition_does_not_change(patient: Any, collected: Collected) -> None:
    for statement in (
        "UPDATE clinical_item SET hard_high = 100 WHERE name = 'dec'",
        "DELETE FROM clinical_code WHERE code = 'red'",
        "UPDATE clinical_definition SET published_at = NULL",
        "DELETE FROM clinical_eventform",
        "INSERT INTO clinical_missingcode (definition_id, code, label, \"order\") SELECT id, 'X', '{}', 9 FROM clinical_definition",
    ):
        with (
            pytest.raises(IntegrityError, match="does not change"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"type": "number"}, "clinical_item_type_known"),
        ({"type": "text", "role": "outcome"}, "clinical_item_role_known"),
        ({"type": "code"}, "clinical_item_codes_of_a_list"),
        ({"type": "decimal", "hard_low": 2, "hard_high": 1}, "clinical_item_low_before_high"),
    ],
)
def test_a_draft_holds_what_a_definition_can_say(values: Any, constraint: str) -> None:
    draft = Definition.objects.create(study=StudyFactory(), version=1)
    form = Form.objects.create(definition=draft, name="f")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Item.objects.create(definition=draft, form=form, name="a", **values)


def test_a_check_has_a_severity_that_is_known() -> None:
    draft = Definition.objects.create(study=StudyFactory(), version=1)
    form = Form.objects.create(definition=draft, name="f")
    with pytest.raises(IntegrityError, match="clinical_check_severity_known"), transaction.atomic():
        EditCheck.objects.create(definition=draft, form=form, name="c", severity="loud")
