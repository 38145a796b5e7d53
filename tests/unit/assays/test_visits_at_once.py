"""A specimen that is written while its visit is renamed is lost to neither: one of the two waits."""

import pytest
from django.db import IntegrityError, connection, transaction

from assays.models import Specimen
from studies.models import Study
from tests.at_once import Other, until_somebody_waits_for_a_lock
from tests.factories import make_patient
from tests.unit.assays.visits import rename, study_of_own_visits

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study() -> Study:
    study = study_of_own_visits()
    make_patient(study)
    return study


def write(study: Study) -> Specimen:
    return Specimen.objects.create(
        study=study, patient=study.patients.get(), label="A1", timepoint="c3d1", material="plasma"
    )


def test_a_renaming_waits_for_a_specimen_and_takes_it_along(study: Study) -> None:
    with transaction.atomic():
        specimen = write(study)
        other = Other(lambda: rename(study, c3d1="cycle3"))
        until_somebody_waits_for_a_lock()
    assert not isinstance(other.ended(), Exception), other.result
    specimen.refresh_from_db()
    assert specimen.timepoint == "cycle3"


def test_a_specimen_waits_for_a_renaming_and_is_refused_under_the_old_name(study: Study) -> None:
    with transaction.atomic():
        rename(study, c3d1="cycle3")
        other = Other(lambda: write(study))
        until_somebody_waits_for_a_lock()
    assert isinstance(other.ended(), IntegrityError)
    assert "has no visit called c3d1" in str(other.result)
    assert connection.is_usable()
    assert not Specimen.objects.filter(study=study).exists()
