"""Items that a study adds to its dictionary by rows alone: exported, in the codebook, and long where they repeat."""

import csv
import io
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from ciri import freeze_wide, read_export
from clinical.models import FilledForm, Patient
from clinical.selectors.definitions import collected_by
from clinical.services.definitions import publish_definition
from exports.models import Export
from exports.selectors import forms as forms_selector
from exports.services.analysis_dataset import Recipe, export_analysis_dataset
from exports.services.codebook import make_codebook
from exports.services.forms import export_forms
from exports.services.writers import WRITERS
from studies.models import Study
from studies.refusals import NotAllowed
from tests.factories import fill, make_member
from tests.integration.api import client_with
from tests.unit.exports.added import study_with_more_items

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(made_once: None) -> int:
    return study_with_more_items(12).pk


@pytest.fixture
def study(db: None, made: int) -> Study:
    return Study.objects.get(pk=made)


def rows_of(chunks: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(chunks).decode())))


def dataset(study: Study, **recipe: Any) -> list[dict[str, str]]:
    made = export_analysis_dataset(study=study, recipe=Recipe(**recipe), via="command", by=None)
    return rows_of(made.chunks())


def long(study: Study, **asked: Any) -> list[dict[str, str]]:
    made = export_forms(study=study, format="csv", via="command", by=None, **asked)
    return rows_of(made.chunks())


def test_each_added_item_has_its_column_in_the_dictionarys_order(study: Study) -> None:
    for timepoint in ("pre", "edt"):
        row = dataset(study, timepoint=timepoint)[0]
        told = {name: row[name] for name in list(row)[list(row).index("ldh") :]}
        assert told == {
            "ldh": row["ldh"],
            "smoker": "FALSE",
            "histology": "adeno",
            "grade": "low",
            "ldh_ratio": str(float(row["ldh"]) / 250),
            "sites": "adeno|other",
            "diagnosed": "2019-07",
            "children": "2.0",
            "remark": "'=1+1",
            "site (item)": "left lung",
            "worst_toxicity": "",
        }
    assert row["site"] != "left lung"


def test_a_missing_code_has_a_column_only_where_one_was_given(study: Study) -> None:
    assert not [name for name in dataset(study)[0] if name.endswith("_missing")]
    fill(study.patients.get(subject_id="P001"), ldh="ND")
    fill(study.patients.get(subject_id="P001"), "edt", albumin="UNK")
    rows = dataset(study)
    assert [name for name in rows[0] if name.endswith("_missing")] == ["ldh_missing"]
    assert [(row["ldh"], row["ldh_missing"]) for row in rows[1:3]] == [("", "ND"), (rows[2]["ldh"], "")]  # fmt: skip
    assert rows[2]["ldh"] != ""
    assert "albumin_missing" in dataset(study, timepoint="edt")[0]


def test_a_form_that_repeats_goes_out_long_with_every_other(study: Study) -> None:
    of_form = [row for row in long(study) if row["form"] == "adverse"]
    assert [(r["subject"], r["form_instance"], r["value"]) for r in of_form[:3]] == [
        ("P001", "1", "2"), ("P002", "1", "2"), ("P002", "2", "3"),
    ]  # fmt: skip
    assert not [name for name in dataset(study)[0] if name == "toxicity"]
    fill(study.patients.get(subject_id="P001"), ldh="ND", sites="", age="104")
    FilledForm.objects.filter(patient__subject_id="P003").update(status="draft")
    found = long(study)
    assert {row["status"] for row in found if row["subject"] == "P003"} == {"draft"}
    told = {(row["subject"], row["item"]): row for row in found}
    assert told["P001", "ldh"] == {
        "subject": "P001", "event": "pre", "event_instance": "1", "form": "added", "form_instance": "1",
        "status": "complete", "item": "ldh", "value": "", "unit": "U/L", "missing": "ND", "state": "",
    }  # fmt: skip
    assert (told["P000", "sites"]["value"], told["P000", "diagnosed"]["value"]) == ("adeno|other", "2019-07")  # fmt: skip
    assert (told["P000", "smoker"]["value"], told["P002", "worst_toxicity"]["value"]) == ("no", "3")
    assert ("P000", "name") not in told


def test_what_was_kept_without_a_value_goes_out_as_it_was_written(study: Study) -> None:
    form = FilledForm.objects.get(patient__subject_id="P000", event_form__form__name="added")
    form.given, form.states = {"ldh": "high"}, {"ldh": "nonconforming"}
    form.values = {name: value for name, value in form.values.items() if name != "ldh"}
    form.save()
    told = next(row for row in long(study) if (row["subject"], row["item"]) == ("P000", "ldh"))
    assert (told["value"], told["state"]) == ("high", "nonconforming")
    assert dataset(study)[0]["ldh"] == ""


@pytest.mark.parametrize("format", WRITERS)
def test_every_format_holds_the_same_forms(study: Study, format: str, monkeypatch: Any) -> None:
    def taken() -> bytes:
        made = export_forms(study=study, format=format, via="command", by=None)
        return b"".join(made.chunks())

    whole = taken()
    export = Export.objects.latest("id")
    assert (export.row_count, export.holds_forms) == (len(long(study)), True)
    assert export.row_count == len(read_export(io.BytesIO(whole)))
    if format != "parquet":
        monkeypatch.setattr(forms_selector, "PATIENTS_PER_BLOCK", 2)
        assert taken() == whole


def test_forms_as_known_at_a_moment_are_the_same_bytes_again(study: Study) -> None:
    before = long(study)
    moment = Export.objects.latest("id").known_at
    fill(study.patients.get(subject_id="P001"), ldh="ND")
    FilledForm.objects.filter(patient__subject_id="P002").update(voided_at=moment, void_reason="x")
    after = long(study)
    assert after != before
    assert not [row for row in after if row["subject"] == "P002"]
    assert long(study, known_at=moment) == before


def test_the_codebook_tells_what_each_column_and_item_is(study: Study) -> None:
    rows = rows_of(make_codebook(study=study, by=None).chunks())
    told = {row["column"] or row["item"]: row for row in rows}
    columns = list(dataset(study)[0])
    assert [row["column"] for row in rows if row["column"]] == columns
    assert told["ldh"] == {
        "column": "ldh", "item": "ldh", "label": "lactate dehydrogenase", "type": "decimal", "unit": "U/L", "codes": "",
        "loinc": "2532-0", "form": "added", "event": "pre", "definition_version": "1",
    }  # fmt: skip
    assert told["sex"]["codes"] == "female=female|male=male"
    assert (told["os_event"]["type"], told["os_event"]["item"]) == ("yes_no", "")
    assert (told["toxicity"]["column"], told["toxicity"]["event"]) == ("", "treatment")
    assert told["site (item)"]["item"] == "site"
    assert not {"name", "scan", "part_two"} & set(told)
    fill(study.patients.get(subject_id="P001"), ldh="ND")
    codes = {row["column"]: row["codes"] for row in rows_of(make_codebook(study=study, by=None).chunks())}  # fmt: skip
    assert codes["ldh_missing"] == "ND=not done|UNK=unknown|NA=not applicable"


def test_page_api_and_command_give_the_same_bytes(study: Study, tmp_path: Any, capsys: Any) -> None:
    client = client_with(study, "statistician", "export")
    person = Client()
    person.force_login(make_member(study, "statistician"))
    page = f"/studies/{study.code}/export/"
    for what in ("forms", "codebook"):
        target = tmp_path / what
        call_command("export", "--study", study.code, f"--{what}", "--output", str(target))
        address = f"/api/v1/studies/{study.code}/{what}"
        assert client.get(address).getvalue() == target.read_bytes()
        assert client.head(address).status_code == 200
        assert client.get(f"{address}?format=xls").status_code == 400
        by_page = (
            person.post(page, {"holds": "forms", "format": "csv", "timepoint": "pre"})
            if what == "forms"
            else person.get(f"/studies/{study.code}/codebook/")
        )
        assert by_page.getvalue() == target.read_bytes()
        assert what in by_page["Content-Disposition"]
    assert "answers, " in capsys.readouterr().err
    assert [e.via for e in Export.objects.order_by("id")] == ["command", "api", "page"]
    listed = person.get(page).content.decode()
    assert "all forms" in listed
    assert "holds=forms" in listed
    assert person.get(f"/studies/{study.code}/codebook/?format=xls").status_code == 302
    with pytest.raises(CommandError, match="leave out --endpoint"):
        call_command("export", "--study", study.code, "--forms", "--endpoint", "OS")
    with pytest.raises(CommandError, match="leave out --known-at"):
        call_command("export", "--study", study.code, "--codebook", "--known-at", "x")


def test_only_who_may_export_gets_them_and_only_of_its_patients(study: Study) -> None:
    for role in ("monitor", "coordinator"):
        person = make_member(study, role)
        with pytest.raises(NotAllowed):
            export_forms(study=study, format="csv", via="page", by=person)
        with pytest.raises(NotAllowed):
            make_codebook(study=study, by=person)
    other = study.sites.create(code="other", name="x")
    Patient.objects.filter(study=study, subject_id="P001").update(site=other)
    person = make_member(study, "statistician", site=other)
    rows = rows_of(export_forms(study=study, format="csv", via="page", by=person).chunks())
    assert {row["subject"] for row in rows} == {"P001"}


def test_an_item_that_was_renamed_keeps_its_answers(study: Study) -> None:
    collected = collected_by(study)
    forms = [
        replace(form, items=tuple(replace(i, name="lactate") if i.name == "ldh" else i for i in form.items))
        for form in collected.definition.forms
    ]  # fmt: skip
    forms = [replace(f, items=tuple(replace(i, derived=i.derived.replace("ldh", "lactate")) for i in f.items)) for f in forms]  # fmt: skip
    fill(study.patients.get(subject_id="P001"), ldh="ND")
    before = dataset(study)
    publish_definition(
        study=study, definition=replace(collected.definition, forms=tuple(forms)), by=None
    )
    after = dataset(study)
    assert [row["lactate"] for row in after] == [row["ldh"] for row in before]
    assert [row["lactate_missing"] for row in after] == [row["ldh_missing"] for row in before]
    assert "ldh" not in after[0]


def test_a_parquet_file_of_it_is_read_with_its_own_items(study: Study) -> None:
    made = export_analysis_dataset(
        study=study, recipe=Recipe(format="parquet"), via="command", by=None
    )
    table = freeze_wide(read_export(io.BytesIO(b"".join(made.chunks()))), endpoint="OS")
    assert {"ldh", "smoker", "histology", "grade", "ldh_ratio"} <= {
        c.name for c in table.covariates
    }
    assert table.covariate("histology").features[0] == "histology = adeno"
    assert table.subjects["smoker"].tolist()[:2] == [0.0, 1.0]
