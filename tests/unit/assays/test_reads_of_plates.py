"""What is read of one plate, beside another plate of its study and a study next door."""

import pandas as pd
import pytest
from django.utils import timezone

from assays.models import Exclusion, Measurement, Panel, PanelPolicy, PlateAnalyte, PlateRun
from assays.quality import Limits
from assays.quality.curves import Curve
from assays.quality.refit import Accepted, Refit
from assays.selectors.curves import curves_of, recompute
from assays.selectors.exclusions import judgement_counts, standing_on
from assays.selectors.judged import (
    DOUBTED,
    curve_kinds,
    limits_of,
    plate_frame,
    policy_of,
    read_used_values,
)
from assays.selectors.known import read_known_assays
from assays.selectors.plates import (
    excluded_plates,
    exclusions_of,
    plates_visible_to,
    with_exclusions,
)
from studies.models import Study
from tests.factories import make_member, make_patient
from tests.unit.assays.plates import EXPECTED, make_plate

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(study: Study, plate: PlateRun) -> PlateRun:
    """Another plate of the same study and panel, not judged yet."""
    return make_plate(study, [make_patient(study)], "plate 2")


def exclusion(plate: PlateRun, **more: object) -> Exclusion:
    return Exclusion.objects.create(
        **{"plate_run": plate, "rule": "excluded", "reason": "why"} | more
    )


def at(plate: PlateRun, position: str, symbol: str = "IL6") -> Measurement:
    return plate.measurements.get(well__position=position, analyte__symbol=symbol)


class TestExclusions:
    def test_what_holds_on_a_measurement(self, plate: PlateRun, other: PlateRun) -> None:
        one = at(plate, "A2")
        nothing = at(plate, "B2", "SPP1")
        whole = exclusion(other)
        holds = {
            exclusion(plate, well=one.well),
            exclusion(plate, analyte=one.analyte, rule="recovery"),
            exclusion(plate, well=one.well, analyte=one.analyte, rule="bead_count"),
        }
        exclusion(plate, well=at(plate, "A3").well)
        exclusion(plate, well=nothing.well, analyte=one.analyte)
        exclusion(plate, analyte=nothing.analyte, lifted_at=timezone.now(), lift_reason="fine")
        elsewhere = at(other, "A2", "SPP1")
        found = standing_on([one, nothing, elsewhere])
        assert {key: set(exclusions) for key, exclusions in found.items()} == {
            one.pk: holds,
            nothing.pk: set(),
            elsewhere.pk: {whole},
        }

    def test_plates_are_counted_with_wells_with_exclusions_and_those_that_wait(
        self, study: Study, plate: PlateRun, other: PlateRun
    ) -> None:
        assert judgement_counts(study) == {"plates": 2, "excluded": 0, "waiting": 1}
        exclusion(plate, lifted_at=timezone.now(), lift_reason="fine")
        assert judgement_counts(study)["excluded"] == 0
        exclusion(other)
        exclusion(other, well=at(other, "A2").well)
        PlateRun.objects.create(study=study, panel=plate.panel, name="a table without wells")
        assert judgement_counts(study) == {"plates": 2, "excluded": 1, "waiting": 1}

    def test_the_exclusions_of_a_plate_those_that_hold_first(
        self, study: Study, plate: PlateRun, other: PlateRun
    ) -> None:
        lifted = exclusion(plate, lifted_at=timezone.now(), lift_reason="fine")
        recovery = exclusion(plate, rule="recovery", analyte=at(plate, "A2", "SPP1").analyte)
        first = exclusion(plate, rule="recovery", analyte=at(plate, "A2", "CXCL8").analyte)
        hook = exclusion(plate, rule="hook", analyte=at(plate, "A2").analyte)
        exclusion(other)
        assert list(exclusions_of(plate)) == [hook, first, recovery, lifted]
        counted = {
            p.pk: (p.well_count, p.standing) for p in with_exclusions(study.plate_runs.all())
        }
        assert counted == {plate.pk: (11, 3), other.pk: (7, 1)}
        assert {row["plate_run"] for row in excluded_plates(study)} == {plate.pk, other.pk}

    def test_a_lifted_exclusion_excludes_no_plate(self, study: Study, plate: PlateRun) -> None:
        exclusion(plate, lifted_at=timezone.now(), lift_reason="fine")
        assert list(excluded_plates(study)) == []


class TestCurves:
    def test_standards_that_are_excluded_or_doubted_are_not_fitted(
        self, plate: PlateRun, other: PlateRun
    ) -> None:
        on_plate = PlateAnalyte.objects.get(plate_run=plate, analyte__symbol="IL6")
        assert curves_of(plate, on_plate).standards["expected"].tolist() == list(EXPECTED)
        excluded = at(plate, "A1")
        exclusion(plate, well=excluded.well, analyte=excluded.analyte)
        exclusion(plate, well=at(plate, "B1").well, analyte=at(plate, "B1", "SPP1").analyte)
        exclusion(plate, well=at(plate, "B1").well, rule="bead_count")
        Measurement.objects.filter(pk=at(plate, "C1").pk).update(remark=f"{DOUBTED} (1)")
        assert curves_of(plate, on_plate).standards["expected"].tolist() == [
            EXPECTED[1],
            EXPECTED[3],
        ]

    @pytest.mark.parametrize(
        ("mfi", "dilution", "value"),
        [
            (60.0, None, 10.0),  # half way: the bend
            (60.0, 4.0, 40.0),
            (10.0, None, None),  # the lower asymptote gives 0
            (110.0, None, None),  # the upper one no number
            (None, None, None),
        ],
    )
    def test_a_concentration_by_our_own_curve(self, mfi, dilution, value) -> None:
        ours = Refit(Curve(10.0, 110.0, 10.0, -1.0), 1.0, 100.0, 1.0, by="mfi")
        found = recompute(Measurement(mfi=mfi, net_mfi=1.0, dilution=dilution), ours)
        assert found == (value if value is None else pytest.approx(value))
        assert recompute(Measurement(mfi=60.0), None) is None


class TestJudging:
    def test_a_plate_is_judged_by_the_policy_of_its_own_study_and_panel(
        self, plate: PlateRun
    ) -> None:
        PanelPolicy.objects.create(study=plate.study, panel=Panel.objects.create(name="other"))
        made = policy_of(plate)
        assert (made.pk, made.study_id, made.panel_id) == (None, plate.study_id, plate.panel_id)
        kept = PanelPolicy.objects.create(study=plate.study, panel=plate.panel, max_intra_cv=12)
        assert policy_of(plate) == kept

    def test_each_limit_is_the_policys_own(self) -> None:
        told = {
            "min_bead_count": 31,
            "recommended_bead_count": 52,
            "max_intra_cv": 13.0,
            "recovery_low": 74.0,
            "recovery_high": 125.0,
            "max_out_of_range": 46.0,
            "max_hook": 7.0,
            "kit_ranges": False,
        }
        assert limits_of(PanelPolicy(**told)) == Limits(**told)
        assert limits_of(PanelPolicy()) == Limits()

    def test_the_limits_of_a_new_policy_are_the_vendors_customary_ones(self) -> None:
        assert Limits() == Limits(35, 50, 15, 80, 120, 50, 10, True)
        assert Accepted() == Accepted(80, 120, 10)

    def test_a_plate_is_read_well_by_well_and_no_other_plate(
        self, plate: PlateRun, other: PlateRun
    ) -> None:
        frame = plate_frame(plate)
        assert frame["well"].nunique() == 11
        assert frame["well"].tolist() == sorted(frame["well"])
        assert isinstance(frame, pd.DataFrame)
        assert len(frame) == plate.measurements.count() == 33

    def test_kinds_of_curves_are_read_only_where_models_take_our_own(
        self, plate: PlateRun, other: PlateRun
    ) -> None:
        PlateAnalyte.objects.filter(plate_run=plate).update(curve_kind="4PL")
        refit = PanelPolicy(concentration=PanelPolicy.Concentration.REFIT)
        assert set(curve_kinds(plate, refit).values()) == {"4PL"}
        assert curve_kinds(plate, PanelPolicy()) is None

    def test_used_values_say_how_a_number_is_taken(self, plate: PlateRun, other: PlateRun) -> None:
        il6 = at(plate, "A2").analyte_id
        assert {row[5] for row in read_used_values(plate)} == {"mean"}
        assert len(read_used_values(plate)) == 18
        assert {row[4] for row in read_used_values(plate, {il6})} == {il6}
        PlateRun.objects.filter(pk=plate.pk).update(judged_as="refit first")
        PlateAnalyte.objects.filter(plate_run=plate, analyte=il6).update(refit={"lowest": 1})
        plate.refresh_from_db()
        assert {row[5] for row in read_used_values(plate, {il6})} == {"first by {'lowest': 1}"}


def test_what_a_study_knows_of_a_file(study: Study, plate: PlateRun) -> None:
    """The study next door has the same panel, plate, subjects and labels."""
    patient = make_patient(study, subject_id="P-1")
    Panel.objects.create(name="another panel")
    label = plate.measurements.filter(specimen__isnull=False)[0].specimen.label
    found = read_known_assays(study, [label, "P-1-pre"], ["P-1", "P-2"], "30-plex")
    assert found.patients == {"P-1": patient}
    assert [s.study for s in found.specimens.values()] == [study]
    assert found.plates == {"plate 1": plate}
    assert found.panel == plate.panel
    assert found.panel_unit == "pg/mL"
    assert {(key[0], key[1]) for key in found.texts} == {(label, "plate 1")}
    assert len(found.texts) == 6


def test_plates_are_for_those_who_see_the_whole_of_their_study(
    study: Study, plate: PlateRun
) -> None:
    next_door = Study.objects.get(code="NEIGHBOUR")
    assert list(plates_visible_to(make_member(study, "laboratory"), study)) == [plate]
    assert not plates_visible_to(make_member(next_door, "laboratory"), study).exists()
    at_one_site = make_member(study, "laboratory", site=study.sites.get())
    assert not plates_visible_to(at_one_site, study).exists()
    assert not plates_visible_to(make_member(study, "coordinator"), study).exists()
