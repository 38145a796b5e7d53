"""A small study with a signal that a forest can find."""

from datetime import timedelta

import numpy as np
import pytest

from modeling.models import PrognosticModel
from modeling.services.models import define_model
from studies.models import Baseline, FollowUp, LabResult, Patient, Study
from studies.signals import clinical_change
from tests.factories import INDEX_DATE, CohortFactory, SiteFactory, StudyFactory

CLINICAL = {
    "analytes": {"candidates": [], "keep": 0},
    "covariates": ["age", "albumin", "nlr"],
    "forest": {"trees": 50, "min_leaf": 5},
    "selection": {"resamples": 10, "trees": 20},
    "cross_validation": {"folds": 3, "repeats": 2},
    "retrain": {"new_deaths": 3, "new_patients": 5, "promote": "gate"},
    "seed": 7,
}


def add_patients(study: Study, cohort: str, n: int, *, seed: int) -> None:
    """`n` patients whose risk rises with age and falls with albumin, in bulk as an import would."""
    rng = np.random.default_rng(seed)
    age, albumin, nlr = rng.uniform(40, 85, n), rng.uniform(2.5, 4.8, n), rng.uniform(1, 8, n)
    scale = 500 * np.exp(-0.04 * (age - 60) + 0.8 * (albumin - 3.6))
    days = np.floor(rng.exponential(scale)).astype(int) + 1
    site, group = study.sites.get(), study.cohorts.get(code=cohort)
    patients = Patient.objects.bulk_create(
        Patient(
            study=study,
            site=site,
            cohort=group,
            subject_id=f"{cohort}-{seed}-{k}",
            index_date=INDEX_DATE,
        )
        for k in range(n)
    )
    Baseline.objects.bulk_create(
        Baseline(patient=p, age=a) for p, a in zip(patients, age, strict=True)
    )
    LabResult.objects.bulk_create(
        LabResult(patient=p, timepoint="pre", albumin_g_dl=a, nlr_reported=r)
        for p, a, r in zip(patients, albumin, nlr, strict=True)
    )
    FollowUp.objects.bulk_create(
        FollowUp(
            patient=p,
            contact_date=INDEX_DATE + timedelta(days=int(min(d, 900))),
            status="dead" if d < 900 else "alive",
        )
        for p, d in zip(patients, days, strict=True)
    )
    clinical_change.send(sender=Patient, study=study)


@pytest.fixture
def study(db: None) -> Study:
    study = StudyFactory()
    SiteFactory(study=study)
    for code in ("discovery", "validation"):
        CohortFactory(study=study, code=code, kind=code)
    add_patients(study, "discovery", 60, seed=1)
    add_patients(study, "validation", 30, seed=2)
    return study


@pytest.fixture
def model(study: Study) -> PrognosticModel:
    return define_model(study=study, name="clinical3", body=CLINICAL, by=None).model
