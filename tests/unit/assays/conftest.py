"""A study with a plate that has been judged, and a member of its laboratory at the browser."""

import pytest
from django.test import Client

from assays.models import PlateRun
from assays.services.judging import judge_plate
from studies.models import Study
from tests.factories import StudyFactory, make_member, make_patient
from tests.unit.assays.plates import make_plate


@pytest.fixture
def study() -> Study:
    return StudyFactory(code="OWN")


@pytest.fixture
def plate(study: Study) -> PlateRun:
    made = make_plate(study, [make_patient(study) for _ in range(3)])
    judge_plate(plate_run=made, by=None)
    return made


@pytest.fixture
def lab(study: Study) -> Client:
    client = Client()
    client.force_login(make_member(study, "laboratory"))
    return client
