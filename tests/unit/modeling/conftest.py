"""A small study with a signal that a forest can find."""

from datetime import timedelta

import numpy as np
import pytest

from modeling.models import PrognosticModel
from modeling.services.models import define_model
from studies.models import FollowUp, Study
from studies.services.patients import record_baseline, record_lab_result
from tests.factories import (
    INDEX_DATE,
    CohortFactory,
    SiteFactory,
    StudyFactory,
    make_patient,
)

CLINICAL = {
    "analytes": {"candidates": [], "keep": 0},
    "covariates": ["age", "albumin", "nlr"],
    "forest": {"trees": 50, "min_leaf": 5},
    "retrain": {"new_deaths": 3, "new_patients": 5, "promote": "gate"},
    "seed": 7,
}


def add_patients(study: Study, cohort: str, n: int, *, seed: int) -> None:
    """`n` patients whose risk rises with age and falls with albumin."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        age, albumin = rng.uniform(40, 85), rng.uniform(2.5, 4.8)
        patient = make_patient(study, cohort=study.cohorts.get(code=cohort))
        record_baseline(patient=patient, age=age, by=None)
        record_lab_result(
            patient=patient,
            timepoint="pre",
            albumin_g_dl=albumin,
            nlr_reported=rng.uniform(1, 8),
            by=None,
        )
        days = int(rng.exponential(500 * np.exp(-0.04 * (age - 60) + 0.8 * (albumin - 3.6)))) + 1
        FollowUp.objects.create(
            patient=patient,
            contact_date=INDEX_DATE + timedelta(days=min(days, 900)),
            status="dead" if days < 900 else "alive",
        )


@pytest.fixture()
def study(db: None) -> Study:
    study = StudyFactory()
    SiteFactory(study=study)
    for code in ("discovery", "validation"):
        CohortFactory(study=study, code=code, kind=code)
    add_patients(study, "discovery", 60, seed=1)
    add_patients(study, "validation", 30, seed=2)
    return study


@pytest.fixture()
def model(study: Study) -> PrognosticModel:
    return define_model(study=study, name="clinical3", body=CLINICAL, by=None).model
