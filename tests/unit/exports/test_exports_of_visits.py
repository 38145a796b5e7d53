"""Exports of a study with visits of its own, and of one whose visits were renamed."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from audit.past import moment_and_snapshot
from exports.models import Export
from exports.services.analysis_dataset import Recipe, export_analysis_dataset
from studies.models import Study
from studies.refusals import Refused
from tests.factories import fill, make_patient
from tests.integration.api import client_with
from tests.unit.assays.test_pages import signed_in
from tests.unit.assays.visits import rename, study_of_own_visits
from tests.unit.exports.test_whole_dataset import exported, measure, plate_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    study = study_of_own_visits()
    patient, plate = make_patient(study, subject_id="S1"), plate_of(study, "p")
    fill(patient, "screening", albumin=3.5)
    fill(patient, "c3d1", albumin=2.5)
    measure(patient, plate, "IL6", 1.5, timepoint="screening")
    measure(patient, plate, "IL6", 9.5, timepoint="c3d1")
    return study


def test_the_first_visit_is_taken_unless_another_is_named(study: Study) -> None:
    assert exported(study)["S1"].items() >= {"IL6": "1.5", "albumin": "3.5"}.items()
    assert (
        exported(study, timepoint="c3d1")["S1"].items() >= {"IL6": "9.5", "albumin": "2.5"}.items()
    )
    assert set(Export.objects.values_list("timepoint", flat=True)) == {"screening", "c3d1"}
    with pytest.raises(Refused, match=r"“pre” is not known; use one of: screening, c3d1, off\."):
        exported(study, timepoint="pre")


def test_page_api_and_command_name_the_visits(study: Study, tmp_path: Any) -> None:
    page = signed_in(study, "statistician").get(reverse("exports:dataset", args=[study.code]))
    assert '<option value="c3d1">cycle 3, day 1</option>' in page.content.decode()
    client = client_with(study, "statistician", "export")
    for what in ("analysis-dataset", "codebook"):
        address = f"/api/v1/studies/{study.code}/{what}"
        for ask in (client.get, client.head):
            assert ask(address, {"timepoint": "c3d1"}).status_code == 200
            assert ask(address, {"timepoint": "pre"}).status_code == 400
        told = client.get(address, {"timepoint": "pre"}).json()["detail"]
        assert told == "timepoint: “pre” is not known; use one of: screening, c3d1, off."
    target = tmp_path / "x.csv"
    call_command(
        "export", study=study.code, timepoint="c3d1", output=str(target), stderr=StringIO()
    )
    assert "9.5" in target.read_text()
    with pytest.raises(CommandError, match="use one of: screening, c3d1, off"):
        call_command("export", study=study.code, timepoint="pre", output=str(target))


def test_an_export_of_before_a_renaming_is_made_again_to_the_byte(study: Study) -> None:
    moment = moment_and_snapshot()[0]
    recipe = Recipe(timepoint="c3d1", known_at=moment)

    def made() -> bytes:
        found = export_analysis_dataset(study=study, recipe=recipe, via="command", by=None)
        return b"".join(found.chunks())

    before = made()
    rename(study, c3d1="cycle3")
    assert made() == before
    assert exported(study, timepoint="cycle3")["S1"]["IL6"] == "9.5"
    with pytest.raises(Refused, match="use one of: screening, cycle3, off"):
        exported(study, timepoint="c3d1")
    with pytest.raises(Refused, match="use one of: screening, c3d1, off"):
        exported(study, timepoint="cycle3", known_at=moment)
    page = signed_in(study, "statistician").get(
        reverse("exports:dataset", args=[study.code]), {"timepoint": "c3d1"}
    )
    assert '<option value="c3d1" selected>c3d1 (former name)</option>' in page.content.decode()
