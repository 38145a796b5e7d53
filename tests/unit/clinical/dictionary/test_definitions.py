"""Definitions as people write them: read, refused with everything that is wrong, published by command."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clinical.dictionary.definition import Range, Type
from clinical.dictionary.reading import NoDefinition, read_definition, shipped, shipped_names
from clinical.models import Definition
from clinical.selectors.definitions import collected_by
from clinical.selectors.record import answers_at
from clinical.sentences import say_problem
from clinical.services.definitions import publish_definition
from clinical.services.filling import fill_form
from studies.refusals import Refused
from tests.factories import StudyFactory, make_patient

DOCS = Path(__file__).resolve().parents[4] / "docs" / "dictionary.md"


def told(text: str) -> str:
    with pytest.raises(NoDefinition) as caught:
        read_definition(text)
    return "\n".join(str(say_problem(one)) for one in caught.value.problems)


def form(*items: str) -> str:
    lists = "code_lists: [{name: colour, codes: [{code: red}, {code: blue}]}]\n"
    return f"{lists}events: [{{name: v, forms: [f]}}]\nforms: [{{name: f, items: [{', '.join(items)}]}}]"


@pytest.mark.parametrize("name", shipped_names())
def test_what_is_shipped_can_be_read(name: str) -> None:
    assert shipped(name).name == name


def test_what_is_shipped_means_what_the_columns_of_0_1_meant() -> None:
    definition = shipped("nsclc-ici")
    assert [event.name for event in definition.events] == ["pre", "edt"]
    albumin, stage = definition.item("albumin"), definition.item("stage")
    assert (albumin.type, albumin.unit, albumin.range) == (
        Type.DECIMAL,
        "g/dL",
        Range(0.5, 1, 6.5, 8),
    )
    assert albumin.units == {"g/dL": 1, "g/L": 0.1}
    ranks = {one.code: one.rank for one in definition.codes_of(stage)}
    assert ranks == {"I": 1, "II": 2, "III": 3, "I-III": 2, "IV": 4, "recurrence": 5}
    critical = [i.name for f in definition.forms for i in f.items if i.critical]
    assert critical == ["age", "sex", "stage", "bmi", "pdl1_class", "albumin", "nlr"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- a", "write a section"),
        ("colour: red", "colour: this key is not known here"),
        (form("{name: 1a, type: text}"), "“1a” is no name"),
        (form("{name: a}"), "type: write one of text, integer"),
        (form("{name: a, type: number}"), "“number” is not known here"),
        (form("{name: a, type: code}"), "names its code list"),
        (form("{name: a, type: text, codes: colour}"), "names its code list"),
        (form("{name: a, type: code, codes: color}"), "Did you mean “colour”?"),
        (form("{name: a, type: text, unit: cm}"), "only a number has a unit"),
        (form("{name: a, type: text, range: {low: 1}}"), "only a number has a unit"),
        (form("{name: a, type: decimal, range: {low: 2, high: 1}}"), "in this order"),
        (form("{name: a, type: decimal, range: {lowest: 2}}"), "this key is not known here"),
        (form("{name: a, type: decimal, units: {cm: none}}"), "the factor from cm"),
        (form("{name: a, type: text, visit_date: true}"), "only a date"),
        (form("{name: a, type: date, precision: hour}"), "use one of year, month, day"),
        (form("{name: a, type: text, model_may_read: true}"), "not the type text"),
        (form("{name: a, type: codes, codes: colour, derived: a}"), "cannot be derived"),
        (form("{name: a, type: decimal, identifier: true, model_may_read: true}"), "by no model"),
        (form("{name: a, type: text}", "{name: A, type: text}"), "names a more than once"),
        (form("{name: a, type: text, role: response}", "{name: b, type: text, role: response}"), "more than one item of the form has the role response"),
        (form("{name: a, type: text, group: g}"), "“g” is not known here"),
        (form("{name: a, type: decimal}", "{name: b, type: decimal, derived: c + 1}"), "There is no item “c”"),
        (form("{name: a, type: decimal, derived: b}", "{name: b, type: decimal, derived: a}"), "derived from each other: a, b"),
        (form("{name: a, type: code, codes: colour, shown_when: a = 'green'}"), "no code “green”"),
        ("events: [{name: v, forms: [g]}]", "“g” is not known here"),
        ("events: [{name: v, day: soon}]", "write a whole number"),
        ("code_lists: [{name: l}]", "needs codes"),
        ("code_lists: [{name: l, codes: [{code: a}, {code: a}]}]", "names a more than once"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_what_would_be_right(text: str, words: str) -> None:
    assert words in told(text)


def test_everything_is_told_at_once() -> None:
    found = told(form("{name: 1a, type: text}", "{name: b, type: text, unit: cm}", "{name: c}"))
    assert len(found.splitlines()) == 3


@pytest.mark.django_db
def test_it_is_published_by_command_and_comes_back_as_it_was(tmp_path: Path) -> None:
    study, out = StudyFactory(code="ICI"), StringIO()
    example = DOCS.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    (tmp_path / "mine.yaml").write_text(example, encoding="utf-8")
    call_command("publish_definition", "ICI", str(tmp_path / "mine.yaml"), stdout=out)
    assert "Published version 1 of what ICI collects: 3 events, 2 forms, 6 items." in out.getvalue()
    stored, written = collected_by(study).definition, read_definition(example)
    assert [form.name for form in stored.forms] == [form.name for form in written.forms]
    for item in (item for form in written.forms for item in form.items):
        found = stored.item(item.name)
        assert {**vars(found), "oid": None} == vars(item)
        assert found.oid is not None
    call_command("publish_definition", "ICI", shipped="nsclc-ici", stdout=out)
    assert Definition.objects.filter(study=study).count() == 2
    assert collected_by(study).definition.name == "nsclc-ici"


@pytest.mark.django_db
def test_the_command_says_what_is_wrong_and_publishes_nothing(tmp_path: Path) -> None:
    StudyFactory(code="ICI")
    path = tmp_path / "mine.yaml"
    path.write_text(form("{name: 1a, type: text}"), encoding="utf-8")
    for arguments, words in [
        ([str(path)], "“1a” is no name"),
        ([str(tmp_path / "none.yaml")], "cannot be read"),
        ([], "either a file or --shipped"),
    ]:
        with pytest.raises(CommandError, match=words):
            call_command("publish_definition", "ICI", *arguments)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(CommandError, match="UTF-8"):
        call_command("publish_definition", "ICI", str(path))
    assert not Definition.objects.filter(study__code="ICI").exists()


@pytest.mark.django_db
def test_an_item_that_tells_who_somebody_is_goes_to_no_model() -> None:
    study = StudyFactory()
    text = form(
        "{name: a, type: decimal, model_may_read: true}", "{name: b, type: text, identifier: true}"
    )
    found = publish_definition(study=study, definition=read_definition(text), by=None)
    assert [i.name for f in found.definition.forms for i in f.items if i.model_may_read] == ["a"]


FIRST = """
events: [{name: v, forms: [f]}, {name: w, forms: [f]}]
forms: [{name: f, items: [{name: a, type: integer}, {name: b, type: integer}, {name: c, type: integer}]}]
"""
SECOND = """
events: [{name: w, was: v, forms: [f]}, {name: v, was: w, forms: [f]}]
forms: [{name: f, items: [{name: a, type: integer}, {name: now, was: b, type: integer}, {name: b, type: integer}]}]
"""


@pytest.mark.django_db
def test_what_is_called_otherwise_says_what_it_was_and_stays_the_same() -> None:
    patient = make_patient()
    before = publish_definition(study=patient.study, definition=read_definition(FIRST), by=None)
    texts = {"a": "1", "b": "2", "c": "3"}
    fill_form(patient=patient, event="v", form="f", texts=texts, by=None)
    after = publish_definition(study=patient.study, definition=read_definition(SECOND), by=None)
    old = {i.name: i.oid for i in before.definition.form_by_name["f"].items}
    new = {i.name: i.oid for i in after.definition.form_by_name["f"].items}
    assert (new["a"], new["now"]) == (old["a"], old["b"])
    assert new["b"] not in old.values()
    events = [one.definition.event_by_name for one in (before, after)]
    assert (events[1]["w"].oid, events[1]["v"].oid) == (events[0]["v"].oid, events[0]["w"].oid)
    ((_patient, event, values, _missing),) = answers_at([patient], after.definition, ["v", "w"])
    assert (event, values) == ("w", {"a": 1, "now": 2, "c": 3})


@pytest.mark.django_db
def test_a_name_that_nothing_had_is_refused() -> None:
    study = StudyFactory()
    publish_definition(study=study, definition=read_definition(FIRST), by=None)
    wrong = read_definition(SECOND.replace("was: b", "was: nothing"))
    with pytest.raises(Refused, match="The version before has no nothing"):
        publish_definition(study=study, definition=wrong, by=None)
    assert collected_by(study).version == 1


@pytest.mark.django_db
def test_an_item_that_went_is_not_taken_for_a_later_one_of_its_name() -> None:
    patient = make_patient()
    study, third = (
        patient.study,
        SECOND.replace("was: b, ", "").replace("was: v, ", "").replace("was: w, ", ""),
    )
    publish_definition(study=study, definition=read_definition(FIRST), by=None)
    fill_form(patient=patient, event="v", form="f", texts={"c": "3"}, by=None)
    publish_definition(study=study, definition=read_definition(third), by=None)
    after = publish_definition(study=study, definition=read_definition(FIRST), by=None)
    ((_patient, _event, values, _missing),) = answers_at([patient], after.definition, ["v"])
    assert values == {}
