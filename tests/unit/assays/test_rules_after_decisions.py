"""What rules say after people have decided, and on other plates."""

import html

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assays.models import (
    Exclusion,
    Measurement,
    PanelPolicy,
    PlateRun,
    Well,
)
from assays.selectors.controls import control_runs
from assays.selectors.readings import readings
from assays.services.judging import (
    compute_judgements,
    judge_plate,
    store_judgements,
)
from assays.services.policies import set_policy
from assays.services.quality import exclude, lift, lift_all
from clinical.models import Patient
from jobs.work import Asked
from studies.models import Membership, Study
from studies.refusals import NotAllowed
from tests.factories import make_member
from tests.jobs import do_all_jobs
from tests.unit.assays.decisions import RULES, il6, three_plates, with_control
from tests.unit.assays.plates import make_plate

pytestmark = pytest.mark.django_db


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
    assert "nobody can say which of them is off, so none is" in page
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
