"""The exclusions of all plates follow from the plates and from what people decided, in whatever order."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assays.models import Analyte, Exclusion, Measurement, Panel, PlateAnalyte, PlateRun, Well
from assays.services.guides import choose_guide
from assays.services.judging import judge_new, judge_plate
from assays.services.quality import exclude, lift
from clinical.models import Patient
from studies.models import Study
from tests.factories import make_patient
from tests.unit.assays.plates import make_plate

pytestmark = pytest.mark.django_db

FACTORS = (1.0, 1.12, 0.9, 1.05, 1.72)
"""Of the controls of each plate: four within 12 %, and one that is off."""
DECISIONS = [
    *(("judge", plate, "") for plate in range(len(FACTORS))),
    ("exclude", 0, "B1"),
    ("exclude", 1, "G12"),
    ("exclude", 4, "A2"),
    ("restore", 4, "A2"),
    ("exclude", 2, "C1"),
    ("restore", 2, "C1"),
]
Step = tuple[str, int, str]
EXPECTED: dict[tuple[int, ...], set[tuple[object, ...]]] = {}


def imported(study: Study, patients: list[Patient], number: int) -> PlateRun:
    """A plate with two controls, and repeats that differ more on every second plate."""
    made = make_plate(study, patients, name=f"plate {number}")
    for position, sample, level in (("G12", "C1", 100.0), ("H12", "C2", 400.0)):
        well = Well.objects.create(
            plate_run=made, position=position, sample_type="control", sample=sample
        )
        Measurement.objects.bulk_create(
            Measurement(
                plate_run=made, well=well, analyte_id=pk, value=level * FACTORS[number],
                value_text="x", unit="pg/mL", flag="in_range",
            )
            for pk in made.plate_analytes.values_list("analyte", flat=True)
        )  # fmt: skip
    if number % 2:
        Measurement.objects.filter(well__plate_run=made, well__position="A3").update(value=17.0)
    judge_new([made], None)
    return made


def in_order(steps: list[Step]) -> Iterator[Step]:
    """Nothing can be decided on a plate that is not there, or restored that is not excluded: those wait."""
    done: set[Step] = set()
    waiting = list(steps)
    while waiting:
        for step in waiting:
            kind, plate, where = step
            needed = [] if kind == "import" else [("import", plate, "")]
            needed += [("exclude", plate, where)] if kind == "restore" else []
            if done.issuperset(needed):
                break
        waiting.remove(step)
        done.add(step)
        yield step


def exclusions_after(
    study: Study, patients: list[Patient], steps: list[Step]
) -> set[tuple[object, ...]]:
    """The exclusions that stand after the steps, which are taken back."""
    with transaction.atomic():
        plates: dict[int, PlateRun] = {}
        for kind, number, where in in_order(steps):
            if kind == "import":
                plates[number] = imported(study, patients, number)
                continue
            plate = plates[number]
            if kind == "judge":
                judge_plate(plate_run=plate, by=None)
            elif kind == "guide":
                choose_guide(plate_run=plate, chosen=True, reason="of the first lot", by=None)
            elif kind == "exclude":
                wells = [plate.wells.get(position=where)]
                exclude(plate_run=plate, wells=wells, analyte=None, reason="clot", by=None)
            else:
                exclusion = plate.exclusions.get(rule="excluded", well__position=where)
                lift(exclusion=exclusion, reason="no clot", by=None)
        standing = Exclusion.objects.filter(lifted_at=None, plate_run__study=study)
        found = set(
            standing.values_list(
                *("plate_run__name", "well__position", "analyte__symbol", "rule", "value", "limit"),
                "reason",
            )
        )
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("guides", [(), (0, 2, 3)], ids=["all", "guide set"])
@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_the_exclusions_of_all_plates_do_not_depend_on_the_order(
    study: Study, guides: tuple[int, ...], data: st.DataObject
) -> None:
    patients = list(study.patients.all()) or [make_patient(study)]
    steps: list[Step] = [("import", number, "") for number in range(len(FACTORS))]
    steps += [*DECISIONS, *(("guide", number, "") for number in guides)]
    if guides not in EXPECTED:
        EXPECTED[guides] = exclusions_after(study, patients, steps)
    expected = EXPECTED[guides]
    assert {(plate, rule) for plate, _well, _analyte, rule, *_rest in expected} == {
        ("plate 0", "excluded"),
        ("plate 1", "excluded"),
        ("plate 1", "intra_cv"),
        ("plate 3", "intra_cv"),
        ("plate 4", "inter_cv"),
    }
    assert exclusions_after(study, patients, data.draw(st.permutations(steps))) == expected


@pytest.mark.alone
def test_importing_the_plate_that_is_off_exclusions_it_and_deciding_on_a_good_one_exclusions_nothing(
    study: Study,
) -> None:
    """Seven plates, six of them within 12 %: as issue 10 tells it."""
    patients = [make_patient(study)]
    factors = (1.0, 1.12, 0.9, 1.05, 0.95, 1.08, 1.72)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(f"{__name__}.FACTORS", factors)
        plates = [imported(study, patients, number) for number in range(7)]
    standing = Exclusion.objects.filter(rule="inter_cv", lifted_at=None)
    assert set(standing.values_list("plate_run__name", flat=True)) == {"plate 6"}
    assert standing.count() == 3
    standard = plates[1].wells.get(position="B1")
    before = set(standing.values_list("pk", "value"))
    _exclusions, consequences = exclude(
        plate_run=plates[1], wells=[standard], analyte=None, reason="bubble", by=None
    )
    assert consequences == []
    assert set(standing.values_list("pk", "value")) == before
    assert PlateRun.objects.count() == 7
    assert Analyte.objects.count() == PlateAnalyte.objects.filter(plate_run=plates[0]).count() == 3
    assert Panel.objects.count() == 1
