"""A plate exported again after re-analysis, and what a commit is foretold to mean."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assays.models import Analyte, AnalyteAlias, Exclusion, Measurement, PlateRun, Specimen
from assays.selectors.readings import readings
from assays.services.quality import exclude, lift
from assays.signals import Consequence, values_changed
from clinical.models import Patient
from clinical.services.definitions import ensure_published
from imports.models import ImportBatch
from imports.services.batches import commit_import
from studies.models import Study
from studies.refusals import Refused
from tests.factories import StudyFactory, make_member, make_patient
from tests.integration.plates import catalogue, previewed
from tests.unit.formats.files import RESULT, workbook, xponent, xponent_blocks
from tests.unit.formats.olink_files import olink_rows

pytestmark = pytest.mark.django_db

AGAIN = xponent(xponent_blocks(RESULT | {"D1": ("4.5", "< 0.5")}))
"""The same run with another value in D1."""


@pytest.fixture
def study() -> Study:
    catalogue()
    study = StudyFactory(code="ICI")
    patient = make_patient(study, subject_id="S1")
    ensure_published(study)
    Specimen.objects.create(
        study=study, patient=patient, label="S-1", timepoint="pre", material="plasma"
    )
    return study


@pytest.fixture
def client(study: Study) -> Client:
    client = Client()
    client.force_login(make_member(study, "laboratory"))
    return client


@pytest.fixture
def something_made() -> Iterator[list[str]]:
    told: list[str] = []

    def answer(sender: Any, change: Any, **_more: Any) -> list[Consequence]:
        told.append(change.plate_run.name)
        return [Consequence("version", "preCIRI v3")]

    values_changed.connect(answer)
    yield told
    values_changed.disconnect(answer)


def imported(study: Study, content: bytes, mapping: str = "") -> PlateRun:
    batch = previewed(study, content, mapping=mapping)
    assert batch.state == ImportBatch.State.PREVIEWED, batch.message
    commit_import(batch=batch, by=None)
    return PlateRun.objects.latest("pk")


def free_of_rules(plate: PlateRun) -> None:
    """Override what the rules say of so small a plate."""
    for exclusion in plate.exclusions.filter(lifted_at=None).exclude(rule__in=Exclusion.DECISIONS):
        lift(exclusion=exclusion, reason="small", by=None)


def read(study: Study) -> list[float]:
    return list(readings(Patient.objects.filter(study=study), "pre", ["IL1B"])["value"])


def test_a_new_export_of_a_run_supersedes_the_earlier_one_from_its_page(
    study: Study, client: Client, something_made: list[str]
) -> None:
    old = imported(study, xponent())
    free_of_rules(old)
    assert read(study) == [3.25]
    written = list(Measurement.objects.order_by("pk").values())
    refused = previewed(study, AGAIN)
    assert refused.state == ImportBatch.State.REFUSED
    assert "let it supersede the earlier one" in refused.message
    page = client.get(reverse("imports:import", args=["ICI", refused.pk])).content.decode()
    assert f"The study holds {old.name} with other values" in page
    supersede = reverse("assays:supersede_plate", args=["ICI", refused.pk])
    too_long = client.post(supersede, {"reason": "gates " * 90})
    assert too_long.status_code == 422
    assert f'value="{"gates " * 90}"' in too_long.content.decode()  # not to be typed again
    asked = client.post(supersede, {"reason": "gates set anew"}, follow=True).content.decode()
    assert f"“{old.name} (2)” supersedes “{old.name}”" in asked
    assert "stale afterwards: 0 datasets, 1 versions, 0 scores" in asked
    assert "preCIRI v3" in asked
    assert not Exclusion.objects.filter(rule="superseded").exists()
    assert PlateRun.objects.count() == 1
    batch = ImportBatch.objects.latest("pk")
    something_made.clear()
    by = make_member(study, "laboratory")
    commit_import(batch=batch, by=by)
    new = PlateRun.objects.latest("pk")
    assert (new.name, new.supersedes) == (f"{old.name} (2)", old)
    assert set(something_made) == {old.name}
    exclusion = old.exclusions.get(rule="superseded")
    assert (exclusion.well, exclusion.analyte, exclusion.raised_by) == (None, None, by)
    assert exclusion.reason == f"superseded by “{new.name}”: gates set anew"
    assert list(Measurement.objects.filter(plate_run=old).order_by("pk").values()) == written
    free_of_rules(new)
    assert read(study) == [4.5]
    page = client.get(f"/studies/ICI/plates/{new.pk}/").content.decode()
    assert "which it superseded" in page


def test_two_exports_of_one_run_are_never_in_use_together(study: Study) -> None:
    old = imported(study, xponent())
    new = imported(study, AGAIN, "supersedes: {reason: gates set anew}")
    exclusion = old.exclusions.get(rule="superseded")
    with pytest.raises(Refused, match="exclude that plate first"):
        lift(exclusion=exclusion, reason="the first was right", by=None)
    (whole,), _ = exclude(plate_run=new, wells=[], analyte=None, reason="wrong gates", by=None)
    lift(exclusion=exclusion, reason="the first was right", by=None)
    free_of_rules(old)
    assert read(study) == [3.25]
    with pytest.raises(Refused, match="is in use again"):
        lift(exclusion=whole, reason="no", by=None)


def test_each_export_is_known_again_and_the_next_supersedes_the_newest(study: Study) -> None:
    old = imported(study, xponent())
    new = imported(study, AGAIN, "supersedes: {reason: gates set anew}")
    for content, name in ((xponent(), old.name), (AGAIN, new.name)):
        batch = previewed(study, content)
        assert batch.state == ImportBatch.State.PREVIEWED
        assert batch.preview["writes"] == {}
        assert f"“{name}” is already in the study" in " ".join(map(str, batch.preview["notes"]))
    third = xponent(xponent_blocks(RESULT | {"D1": ("5.5", "< 0.5")}))
    newest = imported(study, third, "supersedes: {reason: once more}")
    assert (newest.name, newest.supersedes) == (f"{old.name} (3)", new)


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("supersedes: {reason: x, plate: none}", "no plate “none” to supersede"),
        ("supersedes: {reason: ''}", "say why"),
        ("supersedes: {plate: P}", "say why"),
    ],
)
def test_a_superseding_that_cannot_be_is_refused(study: Study, mapping: str, said: str) -> None:
    imported(study, xponent())
    batch = previewed(study, AGAIN, mapping=mapping)
    assert batch.state == ImportBatch.State.REFUSED
    assert said in batch.message


def test_the_same_run_under_another_name_is_told(study: Study) -> None:
    old = imported(study, xponent())
    batch = previewed(study, AGAIN, mapping="plate: another")
    assert batch.preview["reruns"] == [old.name]
    assert "a new export of the run that is here" in " ".join(map(str, batch.preview["notes"]))


def test_what_is_foretold_of_a_commit_is_what_it_does(study: Study) -> None:
    """Three plates whose control reads 50, 50 and 86: the third is excluded, as foretold; and where two plates
    differ, the third that agrees with one of them exclusions the other."""
    control = {"50": RESULT, "86": RESULT | {"C1": ("86", "49.5")}}
    for number, read_as in enumerate(("50", "86")):
        imported(study, xponent(xponent_blocks(control[read_as])), f"plate: p{number}")
    assert not Exclusion.objects.filter(rule="inter_cv").exists()
    batch = previewed(study, xponent(xponent_blocks(control["50"])), mapping="plate: p2")
    foretold = {tuple(one) for one in batch.preview["foretold"]["named"]}
    before = set(Exclusion.objects.values_list("pk", flat=True))
    assert any("p1, IL1B: controls lie" in text for _kind, text in foretold)
    commit_import(batch=batch, by=None)
    raised = Exclusion.objects.exclude(pk__in=before)
    assert {("raised", f"{b.plate_run.name}, {place(b)}: {b.reason}") for b in raised} == foretold
    assert {b.plate_run.name for b in raised.filter(rule="inter_cv")} == {"p1"}


def test_what_is_foretold_of_npx_and_of_the_vendors_warnings_is_what_a_commit_does(
    study: Study,
) -> None:
    """The controls read 2^5, 2^5 and 2^6: the third plate is 100 % off. The laboratory warned of one sample."""
    names = {"CXCL8": ("IL8", "P10145"), "VEGFA": ("VEGF-A", "P15692")}
    for symbol, (alias, uniprot) in names.items():
        analyte = Analyte.objects.create(symbol=symbol, name=alias, uniprot=uniprot)
        AnalyteAlias.objects.create(analyte=analyte, alias=alias)
    rows = olink_rows()
    first, last = rows.index(["A-1", 6.57546, 11.40421, "P1", "Pass"]), rows[-3:]
    samples = [["A-1", 6.5, 11.4, "P1", "Pass"], ["A-2", 1.5, 7.0, "P2", "Warning"]]
    controls = [["PC 1", npx, npx, f"P{n}", "Pass"] for n, npx in ((1, 5.0), (2, 5.0), (3, 6.0))]
    rows = [*rows[:first], *samples, *controls, *last]
    rows[4], rows[5] = ["# Plates", 3], ["# Samples", 5]
    batch = previewed(
        study, workbook({"INF": rows}), name="npx.xlsx", mapping="wells: {PC 1: control}"
    )
    assert batch.state == ImportBatch.State.PREVIEWED, batch.message
    foretold = {tuple(one) for one in batch.preview["foretold"]["named"]}
    assert not Exclusion.objects.exists()
    assert not PlateRun.objects.exists()
    commit_import(batch=batch, by=None)
    raised = Exclusion.objects.all()
    assert {("raised", f"{b.plate_run.name}, {place(b)}: {b.reason}") for b in raised} == foretold
    assert {b.plate_run.name for b in raised.filter(rule="inter_cv")} == {"Project 1 / P3"}
    assert [b.well.sample for b in raised.filter(rule="vendor")] == ["A-2"]


def place(exclusion: Exclusion) -> str:
    names = [
        exclusion.analyte.symbol if exclusion.analyte else "",
        exclusion.well.position if exclusion.well else "",
    ]
    return ", ".join(filter(None, names))
