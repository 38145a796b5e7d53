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
    Analyte,
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
    compute_judgements,
    judge_plate,
    request_judging,
    store_judgements,
)
from assays.services.policies import set_policy
from assays.services.quality import exclude, lift, lift_all
from assays.signals import Consequence, values_changed
from clinical.models import FollowUp, Patient
from jobs.models import Job
from jobs.work import Asked
from studies.models import Membership, Study
from studies.refusals import NotAllowed
from tests.factories import make_member, make_patient
from tests.jobs import do_all_jobs
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


def with_control(plate: PlateRun, value: float) -> PlateRun:
    well = Well.objects.create(
        plate_run=plate, position="H12", sample_type="control", sample="Control1"
    )
    Measurement.objects.create(
        plate_run=plate, well=well, analyte=il6(), value=value, value_text=str(value), unit="pg/mL",
        flag="in_range", mfi=90,
    )  # fmt: skip
    return plate


def il6() -> Analyte:
    return Analyte.objects.get(symbol="IL6")


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


RULES = {
    "min_bead_count": 90, "recommended_bead_count": 100, "max_intra_cv": 15, "max_inter_cv": 20,
    "recovery_low": 80, "recovery_high": 120, "max_out_of_range": 50, "max_hook": 10,
    "kit_ranges": "on", "repeats": "mean", "concentration": "vendor",
}  # fmt: skip


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
    assert lab.post(address, RULES | {"reason": "SOP 12"}).status_code == 302
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
    sent = RULES | {"min_bead_count": 35, "concentration": "refit", "reason": "x"}
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
        sent = RULES | {"min_bead_count": 35, "repeats": "last", "reason": "SOP"}
        lab.post(f"/studies/OWN/plates/rules/{plate.panel_id}/", sent)
        do_all_jobs()
    finally:
        values_changed.disconnect(listen)
    assert sorted(told) == ["plate 1", "table"]


def with_curve(plate: PlateRun) -> Well:
    """Six standards in the place of four; the last of them lies far from the curve of the others."""
    Measurement.objects.filter(plate_run=plate, well__sample_type="standard").delete()
    fifth, sixth = (
        Well.objects.create(plate_run=plate, position=p, sample_type="standard", sample=s)
        for p, s in (("E1", "Standard5"), ("F1", "Standard6"))
    )
    four = plate.wells.filter(sample_type="standard").exclude(pk__in=[fifth.pk, sixth.pk])
    levels = (1000.0, 250.0, 62.5, 15.625, 4.0, 30.0)
    seen = (10000.0, 2500.0, 625.0, 156.25, 40.0, 900.0)
    Measurement.objects.bulk_create(
        Measurement(
            well=well, analyte=told.analyte, plate_run=plate, value=level, value_text=str(level), mfi=mfi,
            unit="pg/mL", flag="in_range", expected=level,
        )
        for well, level, mfi in zip([*four.order_by("pk"), fifth, sixth], levels, seen, strict=True)
        for told in plate.plate_analytes.all()
    )  # fmt: skip
    return sixth


def values_read(study: Study) -> list[float]:
    return list(readings(Patient.objects.filter(study=study), "pre")["value"])


def test_a_judging_does_not_undo_what_was_decided_while_it_computed(
    plate: PlateRun, study: Study
) -> None:
    outlier = with_curve(plate)
    values = {"concentration": "refit", "recovery_low": 0.0, "recovery_high": 900.0}
    set_policy(study=study, panel=plate.panel, values=values, reason="SOP", by=None)
    do_all_jobs()
    with_it = values_read(study)
    asked = Asked({"study": study.pk, "panel": plate.panel_id}, None)
    outcome = compute_judgements(asked, lambda percent, text: None)
    exclude(plate_run=plate, wells=[outlier], analyte=None, reason="bubble", by=None)
    without_it = values_read(study)
    assert without_it != pytest.approx(with_it, rel=1e-3)
    store_judgements(asked, outcome)
    assert values_read(study) == pytest.approx(without_it, rel=1e-12)


def test_a_judging_by_rules_that_were_changed_meanwhile_judges_by_the_new_ones(
    plate: PlateRun, study: Study
) -> None:
    asked = Asked({"study": study.pk, "panel": plate.panel_id}, None)
    outcome = compute_judgements(asked, lambda percent, text: None)
    set_policy(study=study, panel=plate.panel, values={"repeats": "last"}, reason="SOP", by=None)
    do_all_jobs()
    store_judgements(asked, outcome)
    plate.refresh_from_db()
    assert plate.judged_as == "vendor last"


def test_what_is_excluded_counts_for_no_rule_and_is_held_against_the_rules_when_restored(
    plate: PlateRun, study: Study, lab: Client
) -> None:
    spoilt = list(plate.wells.filter(position__in=["A3", "B3", "C3"]))
    Measurement.objects.filter(well__in=spoilt, analyte=il6()).update(value=1000.0)
    judge_plate(plate_run=plate, by=None)
    by_cv = plate.exclusions.filter(rule="intra_cv", lifted_at=None)
    assert by_cv.count() == 1
    exclusions, _ = exclude(plate_run=plate, wells=spoilt, analyte=None, reason="bubbles", by=None)
    assert by_cv.count() == 0
    kept = readings(Patient.objects.filter(study=study), "pre", ["IL6"])
    assert list(kept["value"]) == [10.0, 20.0, 30.0]
    for exclusion in exclusions:
        lift(exclusion=exclusion, reason="no bubbles", by=None)
    assert by_cv.count() == 1
    assert readings(Patient.objects.filter(study=study), "pre", ["IL6"]).empty


def test_an_excluded_control_counts_no_longer_between_plates(plate: PlateRun, study: Study) -> None:
    """Three plates say which is off; of the two that are left nobody can say."""
    with_control(plate, 10.0)
    second = with_control(make_plate(study, [], name="plate 2"), 10.5)
    third = with_control(make_plate(study, [], name="plate 3"), 5000.0)
    judge_plate(plate_run=plate, by=None)  # whichever is judged, all of the lot are
    standing = Exclusion.objects.filter(rule="inter_cv", lifted_at=None)
    assert set(standing.values_list("plate_run", flat=True)) == {third.pk}
    of_second = second.wells.get(position="H12")
    exclude(plate_run=second, wells=[of_second], analyte=None, reason="spilt", by=None)
    assert not standing.exists()


def test_a_plate_of_which_everything_is_excluded_is_judged_all_the_same(plate: PlateRun) -> None:
    exclude(plate_run=plate, wells=[], analyte=il6(), reason="wrong kit", by=None)
    exclude(plate_run=plate, wells=list(plate.wells.all()), analyte=None, reason="fell", by=None)
    assert set(plate.exclusions.filter(lifted_at=None).values_list("rule", flat=True)) == {
        "excluded"
    }


def test_the_second_of_two_open_forms_does_not_undo_the_first(
    plate: PlateRun, study: Study
) -> None:
    address = f"/studies/OWN/plates/rules/{plate.panel_id}/"
    people = [Client(), Client()]
    shown = []
    for client in people:
        client.force_login(make_member(study, "laboratory"))
        form = client.get(address).context["form"]
        shown.append({name: form[name].value() for name in form.fields} | {"reason": "SOP"})
    people[0].post(address, shown[0] | {"min_bead_count": 60, "recommended_bead_count": 60})
    answer = people[1].post(address, shown[1] | {"max_intra_cv": 10}, follow=True)
    assert "Somebody else has changed these rules" in answer.content.decode()
    policy = PanelPolicy.objects.get()
    assert (policy.min_bead_count, policy.max_intra_cv) == (60, 15)


def test_of_two_repeats_of_which_one_is_missing_the_other_counts(
    plate: PlateRun, study: Study
) -> None:
    gone = Measurement.objects.filter(well__position="A2")
    gone.update(value=None, flag="missing", value_text="***")
    for rule in ("first", "last"):
        set_policy(study=study, panel=plate.panel, values={"repeats": rule}, reason="SOP", by=None)
        do_all_jobs()
        found = readings(Patient.objects.filter(study=study), "pre", ["IL6"])
        assert list(found["value"]) == [10.0, 20.0, 30.0]


@pytest.mark.parametrize(
    "sent",
    [
        {"what": "value", "reason": "x"},
        {"what": "value", "reason": "x", "analyte": "999999"},
        {"what": "", "reason": "x"},
        {"what": "everything", "reason": "x"},
    ],
)
@pytest.mark.alone
def test_an_exclusion_that_does_not_say_of_what_excludes_nothing(
    plate: PlateRun, lab: Client, sent: dict[str, str]
) -> None:
    sent = sent | {"well": str(plate.wells.get(position="A2").pk)}
    lab.post(f"/studies/OWN/plates/{plate.pk}/exclude/", sent)
    assert not Exclusion.objects.filter(rule="excluded").exists()


@pytest.mark.alone
def test_who_works_for_one_hospital_decides_on_no_plate_though_another_role_shows_them(
    plate: PlateRun, study: Study
) -> None:
    user = make_member(study, "laboratory", site=study.sites.first())
    Membership.objects.create(user=user, study=study, role="monitor")
    client = Client()
    client.force_login(user)
    page = client.get(f"/studies/OWN/plates/{plate.pk}/")
    assert page.status_code == 200
    assert "Exclude" not in page.content.decode()
    well = plate.wells.get(position="A2")
    reason = {"reason": "x", "confirmed": "1"}
    for path, sent in (
        (f"{plate.pk}/exclude/", {"what": "well", "well": well.pk}),
        (f"{plate.pk}/layout/", {"position": "A2", "label": ""}),
        (f"{plate.pk}/judge/", {}),
        (f"{plate.pk}/guide/", {"in_guide_set": "1"}),
        (f"rules/{plate.panel_id}/", RULES),
    ):
        assert client.post(f"/studies/OWN/plates/{path}", sent | reason).status_code == 403
    with pytest.raises(NotAllowed):
        exclude(plate_run=plate, wells=[well], analyte=None, reason="x", by=user)
    with pytest.raises(NotAllowed):
        judge_plate(plate_run=plate, by=user)
    well.refresh_from_db()
    assert well.specimen is not None
    assert not Exclusion.objects.exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("well,label\nA2,x\0y\n".encode("utf-16"), "NUL characters"),
        (b'well,label\n"A2,A44",x\n', "no well \u201cA2,A44\u201d"),
        (b"well,label\nA2 or B3,x\n", "no well \u201cA2 or B3\u201d"),
    ],
)
def test_a_table_that_cannot_be_meant_changes_nothing(
    plate: PlateRun, lab: Client, content: bytes, told: str
) -> None:
    sent = {"file": SimpleUploadedFile("layout.csv", content), "reason": "x"}
    page = lab.post(f"/studies/OWN/plates/{plate.pk}/layout/", sent, follow=True)
    assert told in page.content.decode()


def three_plates(plate: PlateRun, study: Study, last: float) -> list[PlateRun]:
    """The third reads `last` where the others read 100."""
    with_control(plate, 100.0)
    second = with_control(make_plate(study, [], name="plate 2"), 100.0)
    third = with_control(make_plate(study, [make_patient(study)], name="plate 3"), last)
    judge_plate(plate_run=plate, by=None)
    return [plate, second, third]


@pytest.mark.alone
def test_what_other_plates_verdicts_become_is_told_before_a_decision(
    plate: PlateRun, study: Study, lab: Client
) -> None:
    _plate, second, third = three_plates(plate, study, 172.0)
    excluded = Exclusion.objects.filter(rule="inter_cv", lifted_at=None)
    assert set(excluded.values_list("plate_run", flat=True)) == {third.pk}
    address = f"/studies/OWN/plates/{second.pk}/"
    well = second.wells.get(position="H12")
    sent = {"what": "well", "well": well.pk, "reason": "spilt"}
    asked = lab.post(f"{address}exclude/", sent).content.decode()
    assert "By the rules this means: 1 exclusion lifted." in asked
    assert "plate 3, IL6: controls lie 72.0 % above their target" in asked
    assert excluded.exists()
    assert not Exclusion.objects.filter(rule="excluded").exists()
    done = lab.post(f"{address}exclude/", sent | {"confirmed": "1"}, follow=True).content.decode()
    assert "By the rules: 1 exclusion lifted (plate 3, IL6" in done
    assert not excluded.exists()
    page = lab.get(f"{address}?analyte={il6().pk}").content.decode()
    assert "nobody can say which" not in page  # its own control is excluded
    page = lab.get(f"/studies/OWN/plates/{third.pk}/?analyte={il6().pk}").content.decode()
    assert "nobody can say which of them is off, so neither is excluded" in page
    assert "IL6 (72 %)" in " ".join(page.split())
    guided = lab.post(
        f"/studies/OWN/plates/{plate.pk}/guide/",
        {"in_guide_set": "1", "reason": "first of the lot"},
    ).content.decode()
    assert "By the rules this means: 1 new exclusion." in guided
    assert not PlateRun.objects.filter(in_guide_set=True).exists()


def test_the_plate_that_is_off_stands_in_the_control_chart_marked(
    plate: PlateRun, study: Study, lab: Client
) -> None:
    _plate, _second, third = three_plates(plate, study, 172.0)
    runs = control_runs(plate, il6().pk).set_index("plate")
    assert runs["distance"].round(6).to_dict() == {"plate 1": 0, "plate 2": 0, "plate 3": 72}
    assert runs["excluded"].astype(bool).to_dict() == {
        "plate 1": False, "plate 2": False, "plate 3": True
    }  # fmt: skip
    address = f"/studies/OWN/plates/{third.pk}/{il6().pk}/controls.json"
    drawn = lab.get(address).content.decode()
    assert '"shape": "cross"' in drawn
    page = lab.get(f"/studies/OWN/plates/{plate.pk}/?analyte={il6().pk}").content.decode()
    assert "72.0 %" in page


def test_rules_judge_the_concentrations_that_models_take(
    plate: PlateRun, study: Study, lab: Client
) -> None:
    """The vendor's software gave no concentrations; ours are in range, and the repeats agree."""
    with_curve(plate)
    Measurement.objects.filter(plate_run=plate, expected=30.0).update(mfi=300.0)
    samples = Measurement.objects.filter(plate_run=plate, well__sample_type="sample")
    samples.update(value=None, value_text="", flag="missing", mfi=1000.0)
    judge_plate(plate_run=plate, by=None)
    assert set(plate.exclusions.values_list("rule", flat=True)) == {"out_of_range"}
    values = {"concentration": "refit"}
    set_policy(study=study, panel=plate.panel, values=values, reason="SOP", by=None)
    do_all_jobs()
    assert not plate.exclusions.filter(lifted_at=None).exists()
    # the standards lie on a line: 10 of fluorescence for 1 of concentration
    assert values_read(study) == pytest.approx([100.0] * 18, rel=0.1)
    Measurement.objects.filter(well__position="A2").update(mfi=3000.0)
    judge_plate(plate_run=plate, by=None)
    cv = plate.exclusions.filter(rule="intra_cv", lifted_at=None)
    assert not cv.exists()  # one of three specimens: the median agrees
    Measurement.objects.filter(well__position="B2").update(mfi=3000.0)
    judge_plate(plate_run=plate, by=None)
    assert cv.count() == 3


def test_a_whole_plate_is_excluded_and_all_verdicts_of_a_kind_overridden_in_one_act(
    plate: PlateRun, study: Study, lab: Client
) -> None:
    samples = plate.wells.filter(sample_type="sample")
    Measurement.objects.filter(well__in=samples).update(bead_count=20)
    judge_plate(plate_run=plate, by=None)
    beads = plate.exclusions.filter(rule="bead_count", lifted_at=None)
    assert beads.count() == 18
    address = f"/studies/OWN/plates/{plate.pk}/"
    page = lab.get(address).content.decode()
    assert "All 18 by “bead count”" in page
    refused = lab.post(f"{address}lift-all/", {"rule": "mood", "reason": "seen"})
    assert refused.status_code == 422
    assert "There is no rule “mood” to lift" in refused.content.decode()
    assert lab.post(f"{address}lift-all/", {"rule": "bead_count", "reason": ""}).status_code == 422
    lab.post(f"{address}lift-all/", {"rule": "bead_count", "reason": "counts are of the old kit"})
    assert not beads.exists()
    assert set(plate.exclusions.values_list("lift_reason", flat=True)) == {
        "counts are of the old kit"
    }
    assert len(values_read(study)) == 18
    judge_plate(plate_run=plate, by=None)
    assert not beads.exists()
    lab.post(f"{address}exclude/", {"what": "plate", "reason": "wrong incubation"})
    exclusion = plate.exclusions.get(rule="excluded")
    assert (exclusion.well, exclusion.analyte, exclusion.reason) == (None, None, "wrong incubation")
    assert values_read(study) == []
    assert "whole plate" in lab.get(address).content.decode()
    exclusions, _consequences = lift_all(
        plate_run=plate, rule="excluded", reason="it was right", by=None
    )
    assert exclusions == [exclusion]
    assert len(values_read(study)) == 18


def test_what_is_refused_comes_back_as_it_was_written(plate: PlateRun, lab: Client) -> None:
    address = f"/studies/OWN/plates/{plate.pk}/layout/"
    sent = {"position": "Z9", "label": "L1", "reason": "swapped tubes"}
    page = lab.post(address, sent)
    assert page.status_code == 422
    for written in sent.values():
        assert f'value="{written}"' in page.content.decode()
    table = SimpleUploadedFile("layout.csv", b"well,label\nA2,nobody knows it\n")
    page = lab.post(address, {"file": table, "reason": "turned round"}).content.decode()
    assert 'name="labels" value="A2\tnobody knows it"' in html.unescape(page)
    assert 'value="turned round" autofocus' in page
