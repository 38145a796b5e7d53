"""Decisions on plates: told before they are taken; guide sets, bridges, rules of panels, large plates."""

import html
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assays.models import (
    Exclusion,
    Measurement,
    Panel,
    PanelPolicy,
    PlateRun,
    Specimen,
    Well,
)
from assays.selectors.controls import bridges, control_runs
from assays.selectors.curves import curves_of
from assays.selectors.readings import readings
from assays.services.judging import (
    request_judging,
)
from assays.services.quality import exclude
from assays.signals import Consequence, values_changed
from clinical.models import FollowUp, Patient
from jobs.models import Job
from studies.models import Study
from tests.factories import make_member, make_patient
from tests.jobs import do_all_jobs
from tests.unit.assays.decisions import RULES, il6, with_control
from tests.unit.assays.plates import make_plate

pytestmark = pytest.mark.django_db


@pytest.fixture
def something_made() -> Iterator[None]:
    """An app above that has made a version and two scores from every plate."""

    def answer(sender: Any, change: Any, **_more: Any) -> list[Consequence]:
        return [
            Consequence("version", "preCIRI v3"),
            Consequence("score", "P1 by preCIRI v3"),
            Consequence("score", "P2 by preCIRI v3"),
        ]

    values_changed.connect(answer)
    yield
    values_changed.disconnect(answer)


@pytest.mark.alone
def test_what_will_go_stale_is_told_before_it_is_done(
    plate: PlateRun, lab: Client, something_made: None
) -> None:
    address = f"/studies/OWN/plates/{plate.pk}/"
    sent = {"well": [w.pk for w in plate.wells.filter(position__in=["A2", "A3"])], "what": "well"}
    asked = lab.post(f"{address}exclude/", sent | {"reason": "clot & <bubble>"})
    page = asked.content.decode()
    assert asked.status_code == 200
    assert "This will make stale: 1 version, 2 scores." in page
    assert "P2 by preCIRI v3" in page
    assert "clot &amp; &lt;bubble&gt;" in page
    assert not Exclusion.objects.exists()
    done = lab.post(f"{address}exclude/", sent | {"reason": "clot", "confirmed": "1"}, follow=True)
    assert "Stale now: 1 version, 2 scores" in done.content.decode()
    assert Exclusion.objects.count() == 2
    exclusion = Exclusion.objects.first()
    assert exclusion is not None
    asked = lab.post(f"{address}lift/", {"exclusion": exclusion.pk, "reason": "no clot"})
    assert "This will make stale" in asked.content.decode()
    exclusion.refresh_from_db()
    assert exclusion.lifted_at is None


def test_a_refusal_is_told_at_once(plate: PlateRun, lab: Client, something_made: None) -> None:
    sent = {"what": "well", "reason": "clot"}
    answer = lab.post(f"/studies/OWN/plates/{plate.pk}/exclude/", sent, follow=True)
    assert "Choose the wells first." in answer.content.decode()


def test_chosen_plates_are_the_guide_set_of_their_panel_and_lot(
    plate: PlateRun, study: Study, lab: Client
) -> None:
    plates = [with_control(plate, 10.0)]
    for number, value in enumerate((20.0, 30.0, 32.0, 50.0), start=2):
        plates.append(with_control(make_plate(study, [], name=f"plate {number}"), value))
    other_lot = make_plate(study, [], name="other lot", lot="B")
    with_control(other_lot, 1000.0)
    runs = control_runs(plate, il6().pk)
    assert runs["target"].iloc[0] == np.median([10, 20, 30, 32, 50])
    for chosen in plates[2:4]:
        address = f"/studies/OWN/plates/{chosen.pk}/guide/"
        refused = lab.post(address, {"in_guide_set": "1", "reason": ""}, follow=True)
        assert "Say why" in refused.content.decode()
        lab.post(address, {"in_guide_set": "1", "reason": "new lot qualified", "confirmed": "1"})
    runs = control_runs(plate, il6().pk)
    assert runs["target"].iloc[0] == 31.0
    page = lab.get(f"/studies/OWN/plates/{chosen.pk}/", {"analyte": il6().pk}).content.decode()
    assert "Take this plate out of the guide set" in page
    lab.post(address, {"in_guide_set": "0", "reason": "a bad day", "confirmed": "1"})
    chosen.refresh_from_db()
    assert not chosen.in_guide_set


def test_a_excluded_control_is_in_no_chart(plate: PlateRun, study: Study) -> None:
    with_control(plate, 10.0)
    second = with_control(make_plate(study, [], name="plate 2"), 5000.0)
    well = second.wells.get(position="H12")
    exclude(plate_run=second, wells=[well], analyte=None, reason="spilt", by=None)
    assert control_runs(plate, il6().pk)["plate"].tolist() == ["plate 1"]


def test_plates_with_common_specimens_tell_their_drift(
    plate: PlateRun, study: Study, lab: Client
) -> None:
    patients = list(study.patients.order_by("pk"))
    second = make_plate(study, patients[:2], name="plate 2")
    for m in Measurement.objects.filter(plate_run=second, specimen__isnull=False, analyte=il6()):
        Measurement.objects.filter(pk=m.pk).update(value=m.value * (2.0 + 0.01 * m.well_id % 0.03))
    (row,) = bridges(plate, il6().pk).to_dict("records")
    assert (row["name"], row["n"], row["differs"]) == ("plate 2", 2, True)
    assert row["difference"] == pytest.approx(-1.0, abs=0.03)
    page = lab.get(f"/studies/OWN/plates/{plate.pk}/", {"analyte": il6().pk}).content.decode()
    assert "IL6 in bridge samples" in page
    assert '<span class="badge badge-warn">drift</span>' in page


def test_an_excluded_standard_does_not_count_for_our_own_curve(plate: PlateRun) -> None:
    on_plate = {told.analyte.symbol: told for told in plate.plate_analytes.all()}
    assert len(curves_of(plate, on_plate["IL6"]).standards) == 4
    b1 = plate.wells.get(position="B1")
    exclude(plate_run=plate, wells=[b1], analyte=il6(), reason="bubble", by=None)
    assert 250.0 not in curves_of(plate, on_plate["IL6"]).standards["expected"].tolist()
    assert len(curves_of(plate, on_plate["CXCL8"]).standards) == 4


def test_a_plate_of_384_wells_is_mapped_whole(study: Study, lab: Client) -> None:
    plate = make_plate(study, [make_patient(study)], name="large", size=384)
    Well.objects.filter(plate_run=plate, position="A2").update(position="P24")
    page = lab.get(f"/studies/OWN/plates/{plate.pk}/", {"analyte": il6().pk}).content.decode()
    head, *rows = page.split('<table class="plate-map">')[1].split("</table>")[0].split("<tr>")[1:]
    assert head.count('scope="col"') == 24
    assert [row.count("<td") for row in rows] == [24] * 16
    assert 'title="P24 ' in rows[15]
    small = make_plate(study, [], name="small")
    page = lab.get(f"/studies/OWN/plates/{small.pk}/").content.decode()
    assert page.split('<table class="plate-map">')[1].split("</table>")[0].count("<tr>") == 9


@pytest.mark.alone
def test_the_rules_of_a_panel_are_changed_on_their_page_and_all_plates_judged(
    plate: PlateRun, study: Study, lab: Client
) -> None:
    make_plate(study, [], name="plate 2")
    address = f"/studies/OWN/plates/rules/{plate.panel_id}/"
    assert "30-plex" in lab.get("/studies/OWN/plates/rules/").content.decode()
    assert "All 2 plates of this panel" in lab.get(address).content.decode()
    assert "This field is required" in lab.post(address, RULES).content.decode()
    wrong = RULES | {"recommended_bead_count": 10, "reason": "SOP"}
    assert "Recommend at least as many beads" in lab.post(address, wrong).content.decode()
    assert not PanelPolicy.objects.exists()
    assert lab.post(address, RULES | {"reason": "SOP 12", "confirmed": "1"}).status_code == 302
    assert PanelPolicy.objects.get().min_bead_count == 90
    assert not Exclusion.objects.exists()
    assert "being judged" in lab.get(address).content.decode()
    do_all_jobs()
    assert Exclusion.objects.filter(rule="bead_count", plate_run=plate).count() == 3 * 2 * 3
    assert set(PlateRun.objects.values_list("judged_as", flat=True)) == {"vendor mean"}
    jobs = Job.objects.count()
    lab.post(address, RULES | {"reason": "again"})
    assert Job.objects.count() == jobs


@pytest.mark.parametrize("role", ["coordinator", "investigator", "monitor", "statistician"])
def test_only_the_laboratory_changes_rules(plate: PlateRun, study: Study, role: str) -> None:
    client = Client()
    client.force_login(make_member(study, role))
    address = f"/studies/OWN/plates/rules/{plate.panel_id}/"
    assert client.post(address, RULES | {"reason": "x"}).status_code == 403
    of_hospital = make_member(study, "laboratory", site=study.sites.first())
    client.force_login(of_hospital)
    assert client.post(address, RULES | {"reason": "x"}).status_code == 403
    assert not PanelPolicy.objects.exists()


def test_asking_twice_for_the_plates_of_a_panel_is_asking_once(
    plate: PlateRun, study: Study
) -> None:
    first = request_judging(study=study, panel=plate.panel, by=None)
    assert request_judging(study=study, panel=plate.panel, by=None) == first


def test_plates_that_go_with_survival_are_told_on_the_list(study: Study, lab: Client) -> None:
    for name, days in (("early", 30), ("late", 900)):
        patients = [make_patient(study) for _ in range(8)]
        for number, patient in enumerate(patients):
            FollowUp.objects.create(
                patient=patient,
                contact_date=patient.index_date + timedelta(days=days + number),
                status="dead",
            )
        make_plate(study, patients, name=name)
    assert date(2000, 1, 1) < study.today()
    page = lab.get("/studies/OWN/plates/").content.decode()
    assert "Plates go with overall survival (log-rank p " in page


@pytest.mark.alone
def test_a_layout_is_corrected_by_a_table_all_of_it_or_nothing(
    plate: PlateRun, study: Study, lab: Client, something_made: None
) -> None:
    address = f"/studies/OWN/plates/{plate.pk}/layout/"
    first, second, _third = Specimen.objects.order_by("pk")
    swapped = f"Well,Label\nA2,{second.label}\nb2,{first.label}\nC3,\n"

    def send(text: str) -> str:
        file = SimpleUploadedFile("layout.csv", text.encode())
        sent = {"file": file, "reason": "plate turned round"}
        return lab.post(address, sent, follow=True).content.decode()

    before = list(Measurement.objects.order_by("pk").values_list("specimen", "replicate"))
    assert "no well “H9”" in send(swapped + "H9,x\n")
    assert "no specimen “x”" in send(swapped + "C2,x\n")
    assert "named twice" in send(swapped + f"A2,{first.label}\n")
    assert "needs the columns well and label; its columns are a, b" in send("a,b\n1,2\n")
    assert "needs the columns well and label" in send("well,b\n1,2\n")
    assert list(Measurement.objects.order_by("pk").values_list("specimen", "replicate")) == before
    page = send(swapped)
    assert "This will make stale" in page
    assert list(Measurement.objects.order_by("pk").values_list("specimen", "replicate")) == before
    labels = html.unescape(page.split('name="labels" value="')[1].split('"')[0])
    sent = {"labels": labels, "reason": "plate turned round", "confirmed": "1"}
    told = lab.post(address, sent, follow=True).content.decode()
    assert "The layout is corrected." in told
    now = dict(plate.wells.values_list("position", "specimen__label"))
    assert (now["A2"], now["B2"], now["C3"]) == (second.label, first.label, None)
    assert (now["A3"], now["B3"]) == (first.label, second.label)
    for well in plate.wells.filter(sample_type="sample"):
        assert {m.specimen_id for m in well.measurements.all()} == {well.specimen_id}


def test_npx_have_no_curve_to_be_taken_from(plate: PlateRun, study: Study, lab: Client) -> None:
    Panel.objects.filter(pk=plate.panel_id).update(scale="npx")
    sent = RULES | {"concentration": "refit", "reason": "x"}
    answer = lab.post(f"/studies/OWN/plates/rules/{plate.panel_id}/", sent)
    assert "measured without standards" in answer.content.decode()
    assert not PanelPolicy.objects.exists()


def test_a_plate_without_standards_is_excluded_where_models_take_our_curve(
    plate: PlateRun, study: Study, lab: Client
) -> None:
    Measurement.objects.filter(well__sample_type="standard").delete()
    sent = RULES | {"min_bead_count": 35, "concentration": "refit", "reason": "x", "confirmed": "1"}
    lab.post(f"/studies/OWN/plates/rules/{plate.panel_id}/", sent)
    do_all_jobs()
    exclusions = Exclusion.objects.filter(rule="curve", lifted_at=None)
    assert {exclusion.reason for exclusion in exclusions} == {"no standards"}
    assert exclusions.count() == 3
    assert readings(Patient.objects.filter(study=study), "pre").empty


def test_a_delivered_table_follows_the_policy_and_says_what_changed(
    plate: PlateRun, study: Study, lab: Client
) -> None:
    """A table tells of no wells, so nothing judged it before."""
    table = PlateRun.objects.create(study=study, panel=plate.panel, name="table")
    specimen = Specimen.objects.first()
    for replicate, value in ((1, 5.0), (2, 7.0)):
        Measurement.objects.create(
            specimen=specimen, analyte=il6(), plate_run=table, replicate=replicate, value=value,
            value_text=str(value), unit="pg/mL", flag="in_range",
        )  # fmt: skip
    told = []

    def listen(sender: Any, change: Any, **_more: Any) -> None:
        told.append(change.plate_run.name)

    values_changed.connect(listen)
    try:
        sent = RULES | {"min_bead_count": 35, "repeats": "last", "reason": "SOP", "confirmed": "1"}
        lab.post(f"/studies/OWN/plates/rules/{plate.panel_id}/", sent)
        do_all_jobs()
    finally:
        values_changed.disconnect(listen)
    assert sorted(told) == ["plate 1", "table"]
