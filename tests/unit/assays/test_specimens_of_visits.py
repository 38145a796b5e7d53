"""Specimens belong to visits of the study's own definition, wherever they come from and whatever visits are called."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from assays.models import Analyte, Specimen
from assays.selectors.specimens import counts_by_timepoint
from assays.services.visits import follow_visits
from clinical.dictionary.reading import read_definition, shipped
from clinical.services.definitions import ensure_published, publish_definition
from imports.models import ImportBatch
from imports.services.batches import commit_import, preview_import, receive_file
from studies.models import Study
from studies.refusals import Refused, explain_refusals
from tests.factories import StudyFactory, make_member, make_patient
from tests.integration.api import client_with
from tests.unit.assays.test_pages import signed_in, specimen_of
from tests.unit.assays.visits import OWN, drop, rename, study_of_own_visits

pytestmark = pytest.mark.django_db

MAPPING = """
layout: wide
sample: sample
subject: subject
timepoint: {column: day, coding: {D-7: screening, C3: c3d1, later: skip}}
unit: pg/mL
panel: {name: Cytokines, scale: concentration}
plate: {constant: P1}
material: plasma
"""
ROWS = "sample,subject,day,IL6\nA1,S1,C3,1.5\nA2,S1,D-7,2.5\nA3,S1,later,3\n"


@pytest.fixture
def study() -> Study:
    study = study_of_own_visits()
    make_patient(study, subject_id="S1")
    Analyte.objects.get_or_create(symbol="IL6", defaults={"name": "IL-6"})
    return study


def preview(study: Study, mapping: str = MAPPING, rows: str = ROWS) -> ImportBatch:
    batch = receive_file(
        study=study,
        name="a.csv",
        content=rows.encode(),
        kind="assay",
        mapping_text=mapping,
        by=None,
    )
    return preview_import(batch=batch, by=None)


def load(study: Study, mapping: str = MAPPING, rows: str = ROWS) -> None:
    commit_import(batch=preview(study, mapping, rows), by=None)


def visits(study: Study) -> dict[str, str]:
    return dict(Specimen.objects.filter(study=study).values_list("label", "timepoint"))


def test_an_import_takes_the_visits_of_the_study(study: Study) -> None:
    load(study)
    assert visits(study) == {"A1": "c3d1", "A2": "screening"}
    with pytest.raises(Refused, match=r"“pre”; use one of .*screening.*c3d1.*off"):
        load(study, MAPPING.replace("D-7: screening", "D-7: pre"))
    with pytest.raises(Refused, match=r"Did you mean “c3d1”"):
        load(study, MAPPING.replace("C3: c3d1", "C3: c3d2"))
    with pytest.raises(Refused, match=r"visits of the study .*screening.*c3d1"):
        load(study, MAPPING.replace("timepoint:", "ignore: [day]\n#"))


def test_a_file_without_a_coding_names_visits_itself(study: Study) -> None:
    plain = MAPPING.replace(
        "{column: day, coding: {D-7: screening, C3: c3d1, later: skip}}", "{column: day}"
    )
    said = str(preview(study, plain, "sample,subject,day,IL6\nA1,S1,c3d11,1.5\n").message)
    assert "must be one of “screening”, “c3d1”, “off”, “skip”" in said
    assert "Did you mean “c3d1”" in said
    load(study, plain, "sample,subject,day,IL6\nA1,S1,off,1.5\n")
    assert visits(study) == {"A1": "off"}


def test_lists_sections_and_counts_go_by_the_definition(study: Study) -> None:
    load(study)
    specimen_of(study.patients.get(), "A0", "off")
    client = signed_in(study, "laboratory")
    page = client.get(reverse("assays:specimens", args=[study.code]))
    assert [one.label for one in page.context["page"]] == ["A2", "A1", "A0"]
    chips = [(chip["label"], chip["href"]) for chip in page.context["filters"]]
    assert chips == [
        ("screening", "?timepoint=screening"),
        ("cycle 3, day 1", "?timepoint=c3d1"),
        ("end of treatment", "?timepoint=off"),
    ]
    text = page.content.decode()
    assert text.count("<td>cycle 3, day 1</td>") == 1
    found = client.get(reverse("assays:specimens", args=[study.code]), {"timepoint": "c3d1"})
    assert [one.label for one in found.context["page"]] == ["A1"]
    counts = counts_by_timepoint(make_member(study, "monitor"), study)
    assert [row.visit.name for row in counts] == ["screening", "c3d1", "off"]
    overview = client.get(reverse("studies:overview", args=[study.code])).content.decode()
    assert '?timepoint=c3d1">cycle 3, day 1</a>' in overview
    one = client.get(reverse("assays:specimen", args=[study.code, page.context["page"][1].pk]))
    assert "<dd>cycle 3, day 1</dd>" in one.content.decode()


def test_the_page_of_a_patient_ranks_at_the_first_visit_with_blood(study: Study) -> None:
    make_patient(study, subject_id="S2")
    rows = "sample,subject,day,IL6\nA1,S1,C3,1.5\nB1,S2,C3,9\nB2,S2,D-7,4\n"
    load(study, rows=rows)
    client = signed_in(study, "statistician")
    page = client.get(reverse("clinical:patient", args=[study.code, "S1"])).content.decode()
    assert "Cytokines, cycle 3, day 1" in page
    # Nobody else was measured then: nothing to rank among.
    page = client.get(reverse("clinical:patient", args=[study.code, "S2"])).content.decode()
    assert "Cytokines," not in page
    assert page.index(">screening<") < page.index(">cycle 3, day 1<")


@pytest.mark.parametrize("kind", ["specimens", "measurements"])
def test_the_api_filters_by_visits_and_names_them(study: Study, kind: str) -> None:
    load(study)
    client, address = client_with(study, "statistician"), f"/api/v1/studies/{study.code}/{kind}/"
    assert len(client.get(address, {"timepoint": "c3d1"}).json()["results"]) == 1
    answer = client.get(address, {"timepoint": "pre"})
    assert answer.status_code == 400
    assert answer.json()["detail"] == (
        "timepoint: “pre” is not known; use one of: screening, c3d1, off."
    )


def write_raw(study: Study, label: str, timepoint: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO assays_specimen (study_id, patient_id, label, timepoint, material)"
            " VALUES (%s, %s, %s, %s, 'plasma')",
            [study.pk, study.patients.get().pk, label, timepoint],
        )


@pytest.mark.parametrize("timepoint", ["pre", "C3D1", "", "screening "])
def test_the_database_refuses_what_is_no_visit_from_raw_sql_too(
    study: Study, timepoint: str
) -> None:
    with (
        pytest.raises(IntegrityError, match="has no visit called") as refused,
        transaction.atomic(),
    ):
        write_raw(study, "A1", timepoint)
    assert refused.value.__cause__.diag.constraint_name == "assays_specimen_of_a_visit"
    write_raw(study, "A1", "c3d1")
    with pytest.raises(IntegrityError, match="has no visit called"), transaction.atomic():
        Specimen.objects.filter(study=study).update(timepoint=timepoint)
    with pytest.raises(Refused, match="page of forms lists"), explain_refusals():
        Specimen.objects.filter(study=study).update(timepoint=timepoint)


def test_the_newest_published_definition_of_its_own_study_counts() -> None:
    other, study = study_of_own_visits("OTHER"), StudyFactory()
    make_patient(study)
    with pytest.raises(IntegrityError, match="has no visit called"), transaction.atomic():
        write_raw(study, "A1", "screening")
    with pytest.raises(IntegrityError, match="has no visit called"), transaction.atomic():
        write_raw(study, "A1", "pre")  # nothing is published yet: services see to it
    ensure_published(study)
    write_raw(study, "A1", "pre")
    make_patient(other)
    drop(other, "off")
    with pytest.raises(IntegrityError, match="has no visit called off"), transaction.atomic():
        write_raw(other, "A1", "off")


def test_a_renamed_visit_takes_its_specimens_along(study: Study) -> None:
    load(study)
    rename(study, c3d1="cycle3")
    assert visits(study) == {"A1": "cycle3", "A2": "screening"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.timepoint, c.metadata::text FROM assays_specimenevent e"
            " JOIN pghistory_context c ON c.id = e.pgh_context_id WHERE e.pgh_label = 'update' AND e.study_id = %s",
            [study.pk],
        )
        ((timepoint, told),) = cursor.fetchall()
    assert timepoint == "cycle3"
    assert "specimens follow their visits" in told
    assert "c3d1" in told


def test_two_visits_change_names_with_each_other(study: Study) -> None:
    load(study)
    rename(study, c3d1="screening", screening="c3d1")
    assert visits(study) == {"A1": "screening", "A2": "c3d1"}


def test_a_name_that_passes_to_another_visit_leaves_the_specimens_where_they_are(
    study: Study,
) -> None:
    """What was called c3d1 is cycle3 now, and a new visit took the name."""
    load(study)
    rename(study, c3d1="cycle3", off="c3d1")
    assert visits(study) == {"A1": "cycle3", "A2": "screening"}


def test_a_version_without_a_visit_to_which_specimens_belong_is_refused(study: Study) -> None:
    load(study)
    specimen_of(study.patients.get(), "A5", "c3d1")
    with pytest.raises(Refused) as refused:
        drop(study, "c3d1", "off")
    assert "2 specimens belong to the visit “c3d1”" in str(refused.value)
    assert "Keep the visit" in str(refused.value)
    assert study.definitions.count() == 1
    drop(study, "off")
    assert study.definitions.count() == 2
    # The name alone is not the visit: another one cannot take it over from one that is left out.
    with pytest.raises(Refused, match="1 specimen belongs to the visit “screening”"):
        publish_definition(
            study=study,
            definition=read_definition(OWN.replace("name: screening", "name: first")),
            by=None,
        )


def test_the_visits_of_what_is_shipped_are_known_by_their_names() -> None:
    """So they are for specimens of before, in a study that had published nothing."""
    study = StudyFactory()
    make_patient(study)
    ensure_published(study)
    write_raw(study, "A1", "pre")
    before = shipped("nsclc-ici")
    with pytest.raises(Refused, match="1 specimen belongs to the visit “pre”"):
        follow_visits(study=study, before=before, after=read_definition(OWN))
    after = read_definition(OWN.replace("screening", "pre"))
    follow_visits(study=study, before=before, after=after)
    assert visits(study) == {"A1": "pre"}


def test_the_command_that_publishes_says_what_is_refused(study: Study, tmp_path: Path) -> None:
    load(study)
    file = tmp_path / "own.yaml"
    file.write_text(OWN.replace("name: c3d1", "name: c4d1"))
    with pytest.raises(CommandError, match="1 specimen belongs to the visit “c3d1”"):
        call_command("publish_definition", study.code, str(file))
