"""Filling a form: texts become values, derived items follow, checks refuse."""

from dataclasses import replace
from typing import Any

import pytest

from clinical.dictionary.reading import read_definition
from clinical.models import FilledForm
from clinical.selectors.definitions import collected_by
from clinical.selectors.record import find_form, item_values
from clinical.services.definitions import publish_definition
from clinical.services.filling import fill_form
from studies.refusals import NotAllowed, Refused, Stale
from studies.selectors.state import state_token
from tests.factories import fill, make_member, make_patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient() -> Any:
    return make_patient()


def refusals(patient: Any, form: str, **texts: str) -> dict[str, list[str]]:
    with pytest.raises(Refused) as caught:
        fill_form(patient=patient, event="pre", form=form, texts=texts, by=None)
    return {name: [str(one) for one in said] for name, said in caught.value.errors.items()}


def test_a_study_without_a_definition_of_its_own_collects_what_is_shipped(patient: Any) -> None:
    assert collected_by(patient.study).definition.name == "nsclc-ici"
    assert not patient.study.definitions.exists()
    fill(patient, age=64, sex="male")
    row = patient.study.definitions.get()
    assert (row.version, row.source, row.study) == (1, "nsclc-ici", patient.study)
    assert row.published_at is not None


def test_what_is_derived_follows_what_is_entered(patient: Any) -> None:
    fill(patient, height=170, weight="60.5", pdl1=30)
    row = find_form(patient, "pre", "factors")
    assert row is not None
    # 60.5 / 1.7 ** 2, as PostgreSQL and numpy both round it
    assert row.values == {
        "height": 170.0, "weight": 60.5, "bmi": 60.5 / (170 * 170 / 10000.0), "pdl1": 30.0, "pdl1_class": "1-49",
    }  # fmt: skip
    fill(patient, height="", bmi_reported="21.2", pdl1="", pdl1_class_reported=">=50")
    row.refresh_from_db()
    assert (row.values["bmi"], row.values["pdl1_class"]) == (21.2, ">=50")
    assert "height" not in row.values


def test_a_ratio_needs_a_denominator(patient: Any) -> None:
    fill(patient, neutrophils=4, lymphocytes=0)
    row = patient.filled_forms.get()
    assert "nlr" not in row.values
    fill(patient, lymphocytes="1.6")
    assert patient.filled_forms.get().values["nlr"] == 2.5


def test_what_cannot_be_is_refused_at_its_item(patient: Any) -> None:
    told = refusals(patient, "factors", age="200", sex="M", stage="V", bmi="20")
    assert told == {
        "age": ["200 years cannot be: it must lie between 0 and 120."],
        "sex": ["“M” is not one of the codes: female, male."],
        "stage": ["“V” is not one of the codes: I, II, III, I-III, IV, recurrence."],
        "bmi": ["this form has no item “bmi” to enter."],
    }
    assert not patient.filled_forms.exists()
    assert refusals(patient, "blood", collected_on="2999-01-01") == {
        "collected_on": ["this lies in the future: check the date."]
    }


def test_what_is_unusual_is_marked_and_what_is_missing_says_why(patient: Any) -> None:
    fill(patient, age="７", sex="UNK", stage="再発")
    row = patient.filled_forms.get()
    assert row.values == {"age": 7.0, "stage": "recurrence"}
    assert row.given == {"age": "７", "stage": "再発"}
    assert row.missing == {"sex": "UNK"}
    assert row.states == {"age": "soft"}
    fill(patient, age="70", sex="female", stage="")
    row.refresh_from_db()
    assert (row.values, row.given, row.missing, row.states) == (
        {"age": 70.0, "sex": "female"}, {}, {}, {},
    )  # fmt: skip


def test_a_form_that_somebody_else_has_changed_is_refused(patient: Any) -> None:
    fill(patient, age=64)
    row = find_form(patient, "pre", "factors")
    shown = state_token(row)
    fill(patient, age=65)
    with pytest.raises(Stale):
        fill_form(
            patient=patient, event="pre", form="factors", texts={"age": "66"}, by=None, seen=shown
        )
    assert patient.filled_forms.get().values == {"age": 65.0}


def test_only_who_may_enter_there_fills(patient: Any) -> None:
    for role in ("laboratory", "statistician", "monitor"):
        person = make_member(patient.study, role)
        with pytest.raises(NotAllowed):
            fill_form(patient=patient, event="pre", form="factors", texts={"age": "66"}, by=person)


CHECKED = """
name: checked
code_lists: [{name: sex, codes: [{code: female}, {code: male}]}]
events: [{name: visit, forms: [first, second]}, {name: later, forms: [second]}]
forms:
  - name: first
    items:
      - {name: sex, type: code, codes: sex, required: true}
      - {name: pregnant, type: yes_no, shown_when: sex = 'female', required: true}
      - {name: low, type: decimal}
      - {name: high, type: decimal}
    checks:
      - {name: low_above_high, fires_when: low > high, severity: hard, message: {en: The low one is above the high one.}}
      - {name: equal, fires_when: low = high, severity: soft, message: {en: Both are equal.}}
  - name: second
    items:
      - {name: value, type: decimal}
      - {name: ratio, type: decimal, derived: value / visit.low}
"""


def test_checks_required_items_and_what_is_derived_across_forms(patient: Any) -> None:
    study = patient.study
    publish_definition(study=study, definition=read_definition(CHECKED), by=None)

    def put(form: str, event: str = "visit", **texts: str) -> FilledForm:
        return fill_form(patient=patient, event=event, form=form, texts=texts, by=None)

    with pytest.raises(Refused, match="The low one is above the high one"):
        put("first", sex="male", low="3", high="2")
    with pytest.raises(Refused, match="This is required") as caught:
        put("first", sex="female")
    assert list(caught.value.errors) == ["pregnant"]
    put("first", sex="male", low="2", high="3")
    put("second", value="4")
    put("second", event="later", value="6")
    ratio = lambda event: find_form(patient, event, "second").values.get("ratio")  # type: ignore[union-attr]  # noqa: E731
    assert (ratio("visit"), ratio("later")) == (2.0, 3.0)
    put("first", low="1")
    assert (ratio("visit"), ratio("later")) == (4.0, 6.0)
    put("first", low="0")
    assert (ratio("visit"), ratio("later")) == (None, None)
    with pytest.raises(Refused, match="does not collect this form"):
        put("first", event="later", low="1")


def test_values_of_items_are_read_in_one_query(
    patient: Any, django_assert_num_queries: Any
) -> None:
    fill(patient, age=64, albumin=4, nlr_reported=3)
    fill(patient, "edt", albumin=3)
    other = make_patient(patient.study)
    definition = collected_by(patient.study).definition
    names = ["age", "albumin", "nlr", "sex"]
    with django_assert_num_queries(1):
        found = item_values(patient.study.patients.all(), definition, names, "pre")
    assert found == {patient.pk: {"age": 64.0, "albumin": 4.0, "nlr": 3.0}}
    assert other.pk not in found
    at_six_weeks = item_values(patient.study.patients.all(), definition, names, "edt")
    assert at_six_weeks[patient.pk] == {"age": 64.0, "albumin": 3.0}


def test_a_new_version_keeps_the_identity_of_what_has_the_same_name(patient: Any) -> None:
    study = patient.study
    first = publish_definition(study=study, definition=read_definition(CHECKED), by=None)
    second = publish_definition(
        study=study, definition=read_definition(CHECKED.replace("{name: value", "{name: other").replace("value /", "other /")),
        by=None,
    )  # fmt: skip
    assert second.version == first.version + 1
    old, new = first.definition, second.definition
    assert new.item("sex").oid == old.item("sex").oid is not None
    assert new.item("other").oid not in {i.oid for f in old.forms for i in f.items}
    assert collected_by(study) == second


def test_a_form_is_corrected_under_the_version_in_which_it_was_filled(patient: Any) -> None:
    study = patient.study
    first = publish_definition(study=study, definition=read_definition(CHECKED), by=None)
    fill(patient, "visit", sex="male", low="2")
    renamed = CHECKED.replace("{name: low,", "{name: lowest,").replace(
        "low > high", "lowest > high"
    )
    renamed = renamed.replace("low = high", "lowest = high").replace("visit.low", "visit.lowest")
    renamed = renamed.replace("name: first", "name: begin").replace(
        "[first, second]", "[begin, second]"
    )
    amended = read_definition(renamed)
    old = first.definition.form_by_name["first"]
    begin = amended.form_by_name["begin"]
    items = tuple(
        replace(item, oid=old.by_name["low"].oid if item.name == "lowest" else item.oid)
        for item in begin.items
    )
    forms = tuple(replace(f, oid=old.oid, items=items) if f is begin else f for f in amended.forms)
    publish_definition(study=study, definition=replace(amended, forms=forms), by=None)
    row = fill_form(patient=patient, event="visit", form="begin", texts={"lowest": "3"}, by=None)
    assert row.values == {"sex": "male", "low": 3.0}
    assert row.event_form.definition_id == first.pk
    other = fill(make_patient(study), "visit", sex="male", lowest="1")
    assert other.filled_forms.get().values == {"sex": "male", "lowest": 1.0}


def test_what_crosses_forms_is_derived_by_the_version_of_each_form(patient: Any) -> None:
    study = patient.study
    publish_definition(study=study, definition=read_definition(CHECKED), by=None)
    fill_form(patient=patient, event="visit", form="second", texts={"value": "4"}, by=None)
    more = "      - {name: more, type: decimal, derived: visit.low + 1}\n"
    publish_definition(study=study, definition=read_definition(CHECKED + more), by=None)
    fill(patient, "visit", sex="male", low="2")
    second = find_form(patient, "visit", "second")
    assert second is not None
    assert second.values == {"value": 4.0, "ratio": 2.0}
    fill_form(patient=patient, event="later", form="second", texts={"value": "6"}, by=None)
    later = find_form(patient, "later", "second")
    assert later is not None
    assert later.values == {"value": 6.0, "ratio": 3.0, "more": 3.0}


def test_what_is_derived_from_what_is_derived_follows_to_the_end(patient: Any) -> None:
    definition = read_definition("""
events: [{name: v, forms: [third, second, first]}]
forms:
  - {name: first, items: [{name: a, type: integer}]}
  - {name: second, items: [{name: b, type: decimal, derived: a * 2}, {name: of_second, type: text}]}
  - {name: third, items: [{name: c, type: decimal, derived: b + 1}, {name: of_third, type: text}]}
""")
    publish_definition(study=patient.study, definition=definition, by=None)
    for form, texts in (
        ("third", {"of_third": "x"}),
        ("second", {"of_second": "x"}),
        ("first", {"a": "4"}),
    ):
        fill_form(patient=patient, event="v", form=form, texts=texts, by=None)
    third = find_form(patient, "v", "third")
    assert third is not None
    assert third.values["c"] == 9.0
    fill_form(patient=patient, event="v", form="first", texts={"a": ""}, by=None)
    third.refresh_from_db()
    assert "c" not in third.values
