"""Freezing and deciding in the same minute."""

import threading

import pytest
from django.db import transaction

from assays.services.quality import exclude
from ciri import parse_specification
from modeling.models import FrozenDataset, StaleMark
from modeling.services.datasets import freeze
from tests.at_once import Other, until_somebody_waits_for_a_lock
from tests.unit.modeling.conftest import study_with_a_signal
from tests.unit.modeling.test_staleness import BODY, measured, wells_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_exclusion_waits_for_a_dataset_that_is_being_frozen_and_marks_it() -> None:
    study = study_with_a_signal()
    plate = measured(study)
    frozen, go_on = threading.Event(), threading.Event()

    def freezes() -> FrozenDataset:
        with transaction.atomic():
            dataset = freeze(study, parse_specification(BODY), as_of=study.today())
            frozen.set()
            go_on.wait(30)
            return dataset

    freezer = Other(freezes)
    assert frozen.wait(30)
    wells = wells_of(plate, study.patients.order_by("pk")[0])
    excluder = Other(
        lambda: exclude(plate_run=plate, wells=wells, analyte=None, reason="a clot", by=None)
    )
    until_somebody_waits_for_a_lock()
    go_on.set()
    dataset = freezer.ended()
    _bars, consequences = excluder.ended()
    assert [one.kind for one in consequences] == ["dataset"]
    assert StaleMark.objects.filter(dataset=dataset).count() == 1
