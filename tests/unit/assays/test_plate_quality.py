"""Judging, excluding, restoring and overriding: raw values stay, models read only what is not excluded."""

import pytest
import vl_convert
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assays.models import Exclusion, Measurement, PanelPolicy, PlateAnalyte, Specimen, Well
from assays.selectors.matrix import usable
from assays.services.judging import judge_plate
from assays.services.quality import exclude, lift
from assays.signals import values_changed
from studies.refusals import NotAllowed, Refused
from tests.factories import SiteFactory, StudyFactory, make_member, make_patient
from tests.unit.assays.plates import EXPECTED, make_plate

pytestmark = pytest.mark.django_db


@pytest.fixture
def study():
    return StudyFactory(code="OWN")


@pytest.fixture
def plate(study):
    made = make_plate(study, [make_patient(study) for _ in range(3)])
    judge_plate(plate_run=made, by=None)
    return made


@pytest.fixture
def lab(study):
    return make_member(study, "laboratory")


def readable(plate):
    of_specimens = Measurement.objects.filter(plate_run=plate, specimen__isnull=False)
    return set(usable(of_specimens).values_list("well__position", "analyte__symbol"))


@pytest.mark.alone
def test_a_good_plate_has_no_exclusions(plate):
    assert plate.judged_at
    assert not Exclusion.objects.exists()
    assert len(readable(plate)) == 3 * 2 * 3


@pytest.mark.alone
def test_a_rule_exclusions_only_the_place_where_it_fails(plate):
    few = Measurement.objects.get(well__position="A2", analyte__symbol="IL6")
    Measurement.objects.filter(pk=few.pk).update(bead_count=20)
    (exclusion,) = judge_plate(plate_run=plate, by=None)
    assert (exclusion.rule, exclusion.well_id, exclusion.analyte_id) == (
        "bead_count",
        few.well_id,
        few.analyte_id,
    )
    assert ("A2", "IL6") not in readable(plate)
    assert ("A2", "CXCL8") in readable(plate)
    few.refresh_from_db()
    assert few.value == 10.0


@pytest.mark.alone
def test_the_rules_lift_their_exclusions_when_the_limits_change(plate, study):
    Measurement.objects.filter(well__position="A2", analyte__symbol="IL6").update(bead_count=30)
    judge_plate(plate_run=plate, by=None)
    PanelPolicy.objects.create(study=study, panel=plate.panel, min_bead_count=25)
    judge_plate(plate_run=plate, by=None)
    exclusion = Exclusion.objects.get()
    assert exclusion.lifted_at
    assert exclusion.lift_reason
    assert ("A2", "IL6") in readable(plate)


def test_what_a_person_overrode_is_not_excluded_again(plate, lab):
    Measurement.objects.filter(well__position="A2", analyte__symbol="IL6").update(bead_count=30)
    (exclusion,) = judge_plate(plate_run=plate, by=None)
    lift(exclusion=exclusion, reason="seen, the count is enough", by=lab)
    assert judge_plate(plate_run=plate, by=None) == []
    assert ("A2", "IL6") in readable(plate)


@pytest.mark.alone
def test_wells_analytes_and_both_can_be_excluded_and_restored(plate, lab):
    a2 = Well.objects.get(position="A2")
    il6 = Measurement.objects.filter(analyte__symbol="IL6").first().analyte
    (of_well,), _ = exclude(plate_run=plate, wells=[a2], analyte=None, reason="clot", by=lab)
    assert not {place for place in readable(plate) if place[0] == "A2"}
    exclude(plate_run=plate, wells=[], analyte=il6, reason="bad lot", by=lab)
    assert not {place for place in readable(plate) if place[1] == "IL6"}
    lift(exclusion=of_well, reason="wrong well", by=lab)
    assert {place for place in readable(plate) if place[0] == "A2"} == {
        ("A2", "CXCL8"),
        ("A2", "SPP1"),
    }
    assert Measurement.objects.filter(plate_run=plate, flag="in_range").count() == 18 + 12


@pytest.mark.alone
def test_excluding_twice_and_restoring_twice_change_nothing_more(plate, lab):
    a2 = Well.objects.get(position="A2")
    (exclusion,), _ = exclude(plate_run=plate, wells=[a2], analyte=None, reason="clot", by=lab)
    assert exclude(plate_run=plate, wells=[a2], analyte=None, reason="clot", by=lab) == ([], [])
    assert lift(exclusion=exclusion, reason="no clot", by=lab)[0] == [exclusion]
    assert lift(exclusion=exclusion, reason="no clot", by=lab) == ([], [])


@pytest.mark.alone
def test_the_apps_above_are_told_exactly_what_changed(plate, lab):
    told = []

    def listen(sender, change, **kwargs):
        told.append(change)

    values_changed.connect(listen)
    try:
        a2 = Well.objects.get(position="A2")
        exclude(plate_run=plate, wells=[a2], analyte=None, reason="clot", by=lab)
        exclude(
            plate_run=plate, wells=[a2], analyte=plate.panel.analytes.first(), reason="x", by=lab
        )
    finally:
        values_changed.disconnect(listen)
    (change,) = told  # the second exclusion lies under the first and changes nothing
    patient = a2.specimen.patient_id
    assert {(v.patient_id, v.timepoint) for v in change.values} == {(patient, "pre")}
    assert len(change.values) == 3


def test_a_reason_is_asked_for(plate, lab):
    with pytest.raises(Refused):
        exclude(
            plate_run=plate, wells=list(Well.objects.all()[:1]), analyte=None, reason=" ", by=lab
        )


def test_a_well_of_another_plate_is_refused(plate, study, lab):
    other = make_plate(study, [], name="plate 2")
    with pytest.raises(Refused):
        exclude(
            plate_run=plate, wells=list(other.wells.all()[:1]), analyte=None, reason="x", by=lab
        )


@pytest.mark.parametrize(
    "role", ["coordinator", "statistician", "investigator", "monitor", "manager"]
)
def test_only_the_laboratory_judges(plate, study, role):
    with pytest.raises(NotAllowed):
        exclude(plate_run=plate, wells=[], analyte=None, reason="x", by=make_member(study, role))


@pytest.mark.parametrize(
    "wrong",
    [{"reason": ""}, {"rule": "mood"}, {"lift_reason": "x"}],
    ids=["reason", "rule", "lift"],
)
def test_the_database_refuses_exclusions_that_make_no_sense(plate, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Exclusion.objects.create(plate_run=plate, **({"rule": "excluded", "reason": "r"} | wrong))


def test_an_exclusion_stands_once(plate):
    Exclusion.objects.create(plate_run=plate, rule="excluded", reason="r")
    with pytest.raises(IntegrityError), transaction.atomic():
        Exclusion.objects.create(plate_run=plate, rule="excluded", reason="r")


@pytest.mark.alone
def test_a_standard_cannot_be_somebodys_specimen(plate):
    standard = Well.objects.get(position="A1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Well.objects.filter(pk=standard.pk).update(specimen=Specimen.objects.first())


@pytest.mark.alone
def test_the_plates_page_tells_what_is_excluded_and_takes_an_exclusion(plate, study, lab):
    client = Client()
    client.force_login(lab)
    address = f"/studies/OWN/plates/{plate.pk}/"
    page = client.get(address).content.decode()
    assert "No rule fails" in page
    a2 = Well.objects.get(position="A2")
    answer = client.post(f"{address}exclude/", {"well": [a2.pk], "what": "well", "reason": "clot"})
    assert answer.status_code == 302
    page = client.get(address).content.decode()
    assert "1 exclusion holds" in page
    assert "clot" in page
    exclusion = Exclusion.objects.get()
    client.post(f"{address}lift/", {"exclusion": exclusion.pk, "reason": "no clot"})
    assert "No rule fails" in client.get(address).content.decode()
    assert f'href="{address}"' in client.get("/studies/OWN/plates/").content.decode()


def test_a_plates_page_takes_fewer_than_twenty_queries(plate, lab):
    client = Client()
    client.force_login(lab)
    with CaptureQueriesContext(
        connection,
    ) as counted:
        assert client.get(f"/studies/OWN/plates/{plate.pk}/").status_code == 200
    assert len(counted) < 20


def test_a_plate_is_not_shown_to_people_of_one_hospital(plate, study):
    client = Client()
    client.force_login(make_member(study, "laboratory", site=study.sites.first()))
    assert client.get(f"/studies/OWN/plates/{plate.pk}/").status_code == 404
    assert plate.name not in client.get("/studies/OWN/plates/").content.decode()


def test_a_plate_of_another_study_is_not_there(plate):
    other = StudyFactory(code="OTHER")
    client = Client()
    client.force_login(make_member(other, "laboratory"))
    assert client.get(f"/studies/OTHER/plates/{plate.pk}/").status_code == 404


@pytest.mark.parametrize("name", ["curve", "controls"])
def test_the_charts_of_a_plate_are_drawn_for_those_who_may_see_it(plate, study, lab, name):
    control = Well.objects.create(
        plate_run=plate, position="H12", sample_type="control", sample="Control1"
    )
    il6 = Measurement.objects.filter(analyte__symbol="IL6").first().analyte
    Measurement.objects.create(
        plate_run=plate, well=control, analyte=il6, value=50, value_text="50", unit="pg/mL",
        flag="in_range", mfi=90,
    )  # fmt: skip
    client = Client()
    client.force_login(lab)
    address = f"/studies/OWN/plates/{plate.pk}/{il6.pk}/{name}.json"
    for theme in ("light", "dark"):
        drawn = client.get(address, {"theme": theme}).json()
        vl_convert.vegalite_to_svg(drawn)
    assert client.get(address, {"theme": "pink"}).status_code == 404
    client.force_login(make_member(study, "laboratory", site=study.sites.first()))
    assert client.get(address).status_code == 404


def test_the_map_shows_concentrations_by_our_own_curve(plate, lab):
    for expected in EXPECTED:
        Measurement.objects.filter(well__sample_type="standard", expected=expected).update(
            mfi=20000 / (1 + (expected / 300) ** -1.1)
        )
    client = Client()
    client.force_login(lab)
    PlateAnalyte.objects.update(curve_kind="4PL")
    page = client.get(f"/studies/OWN/plates/{plate.pk}/", {"by": "refit"}).content.decode()
    assert "Our own fit of 4 standards" in page


def test_plates_that_go_with_hospitals_are_told_on_the_list(study, lab):
    for site in (SiteFactory(study=study), SiteFactory(study=study)):
        make_plate(study, [make_patient(study, site=site) for _ in range(6)], name=site.code)
    client = Client()
    client.force_login(lab)
    assert "Plates go with hospitals" in client.get("/studies/OWN/plates/").content.decode()


@pytest.mark.alone
def test_a_corrected_layout_moves_the_measurements_and_tells_both_patients(plate, study, lab):
    second = Specimen.objects.order_by("pk")[1]
    a2 = Well.objects.get(position="A2")
    told = []

    def listen(sender, change, **kwargs):
        told.append({v.patient_id for v in change.values})

    values_changed.connect(listen)
    try:
        client = Client()
        client.force_login(lab)
        sent = {
            "position": "a2",
            "label": second.label,
            "reason": "swapped tubes",
            "confirmed": "1",
        }
        client.post(f"/studies/OWN/plates/{plate.pk}/layout/", sent)
        client.post(f"/studies/OWN/plates/{plate.pk}/layout/", sent)
    finally:
        values_changed.disconnect(listen)
    # B2 and B3 hold another patient's blood than A2: the repeats no longer agree, which excludes the analytes
    # on the plate, and so concerns the third patient as well.
    assert told == [set(Specimen.objects.values_list("patient", flat=True))]
    assert set(plate.exclusions.filter(lifted_at=None).values_list("rule", flat=True)) == {
        "intra_cv"
    }
    rows = Measurement.objects.filter(well=a2)
    assert set(rows.values_list("specimen", "replicate")) == {(second.pk, 3)}
    assert rows.first().value is not None


@pytest.mark.parametrize(
    ("position", "label", "said"),
    [("A1", "KNOWN", "nobody"), ("A2", "nothing", "no specimen"), ("Z9", "KNOWN", "no well “Z9”")],
)
def test_a_layout_that_cannot_be_is_refused(plate, lab, position, label, said):
    label = Specimen.objects.first().label if label == "KNOWN" else label
    client = Client()
    client.force_login(lab)
    sent = {"position": position, "label": label, "reason": "r"}
    answer = client.post(f"/studies/OWN/plates/{plate.pk}/layout/", sent, follow=True)
    assert said in answer.content.decode()


@pytest.mark.alone
def test_controls_that_lie_off_the_other_plates_exclude_the_analyte_where_they_do(plate, study):
    plates = [plate, *(make_plate(study, [], name=f"plate {i}") for i in (2, 3))]
    il6 = Measurement.objects.filter(analyte__symbol="IL6").first().analyte
    for made, value in zip(plates, (100.0, 100.0, 180.0), strict=True):
        well = Well.objects.create(
            plate_run=made, position="H12", sample_type="control", sample="Control1"
        )
        Measurement.objects.create(
            plate_run=made, well=well, analyte=il6, value=value, value_text=str(value),
            unit="pg/mL", flag="in_range",
        )  # fmt: skip
    (exclusion,) = judge_plate(plate_run=plates[2], by=None)
    assert (exclusion.rule, exclusion.analyte) == ("inter_cv", il6)
    assert exclusion.value == pytest.approx(80.0)  # the median of 100, 100 and 180 is 100
    assert not Exclusion.objects.exclude(plate_run=plates[2]).exists()
