"""What goes with plates and lots in one study, whatever stands in the others."""

from datetime import timedelta

import pytest

from assays.models import Panel, PlateRun
from assays.selectors.catalogue import readable_names
from assays.selectors.confounding import confounding_warnings
from assays.selectors.controls import control_runs
from clinical.models import FollowUp, Patient
from studies.models import Site, Study
from tests.factories import StudyFactory, make_patient
from tests.unit.assays.decisions import il6, three_plates
from tests.unit.assays.plates import make_plate

pytestmark = pytest.mark.django_db


def patients_of(study: Study, site: Site, n: int = 6) -> list[Patient]:
    return [make_patient(study, site=site) for _ in range(n)]


def followed(patients: list[Patient], days: int, status: str) -> None:
    for number, patient in enumerate(patients):
        seen = patient.index_date + timedelta(days=days + number)
        FollowUp.objects.create(patient=patient, contact_date=seen, status=status)


def two_plates(study: Study, *, mixed: bool) -> tuple[list[Patient], list[Patient]]:
    """Of two hospitals, each on a plate of its own, or half of each on both."""
    here, there = study.sites.get(), Site.objects.create(study=study, code="B", name="B")
    first, second = patients_of(study, here), patients_of(study, there)
    if mixed:
        first, second = [*first[:3], *second[:3]], [*first[3:], *second[3:]]
    make_plate(study, first, name="P1", lot="L1")
    make_plate(study, second, name="P2", lot="L2")
    return first, second


@pytest.fixture
def empty() -> Study:
    study = StudyFactory(code="PLAIN")
    Site.objects.get_or_create(study=study, code="A", defaults={"name": "A"})
    return study


def test_plates_of_one_hospital_each_are_told_by_what_goes_with_what(empty: Study) -> None:
    assert confounding_warnings(empty) == []
    two_plates(empty, mixed=False)
    told = confounding_warnings(empty)
    assert [text.split(" (")[0] for text in told] == [
        *("Plates go with hospitals", "Lots go with hospitals"),
    ]
    assert all("Cramér's V 1.00" in text for text in told)


def test_another_studys_plates_are_not_looked_at(empty: Study) -> None:
    two_plates(empty, mixed=True)
    other = StudyFactory(code="THERE")
    Site.objects.get_or_create(study=other, code="A", defaults={"name": "A"})
    two_plates(other, mixed=False)
    assert confounding_warnings(empty) == []
    assert len(confounding_warnings(other)) == 2


def test_plates_that_go_with_survival_are_told_and_a_patient_counts_with_the_first(
    empty: Study,
) -> None:
    early, late = two_plates(empty, mixed=True)
    followed(early, 30, "dead")
    followed(late, 900, "alive")
    told = confounding_warnings(empty)
    assert [text.split(" (")[0] for text in told] == [
        *("Plates go with overall survival", "Lots go with overall survival"),
    ]
    # All measured once more on a third plate: each still counts with the plate it stood on first.
    make_plate(empty, [*early, *late][:8], name="P3", lot="L3")
    assert confounding_warnings(empty) == told


def test_who_has_no_outcome_does_not_count_with_survival(empty: Study) -> None:
    early, _late = two_plates(empty, mixed=True)
    followed(early, 30, "dead")
    assert confounding_warnings(empty) == []


@pytest.mark.alone
def test_controls_in_npx_are_shown_as_npx_and_compared_as_powers_of_two(
    plate: PlateRun, study: Study
) -> None:
    Panel.objects.filter(pk=plate.panel_id).update(scale="npx")
    plate.refresh_from_db()
    three_plates(plate, study, 101.0)  # the others read 100
    runs = control_runs(plate, il6().pk).set_index("plate")
    assert runs["value"].to_dict() == {"plate 1": 100.0, "plate 2": 100.0, "plate 3": 101.0}
    assert runs["distance"].to_dict() == {"plate 1": 0.0, "plate 2": 0.0, "plate 3": 100.0}


@pytest.mark.alone
def test_names_to_be_meant_are_symbols_names_and_aliases(plate: PlateRun) -> None:
    analyte = il6()
    analyte.aliases.create(alias="BSF-2", normalized="bsf2")
    assert readable_names() == [
        *("IL6", "the IL6", "CXCL8", "the CXCL8", "SPP1", "the SPP1", "BSF-2"),
    ]
