"""A small study with a signal that a forest can find."""

from datetime import timedelta

import numpy as np
import pytest

from clinical.models import FollowUp, Patient
from clinical.signals import clinical_change
from modeling.models import ModelVersion, PrognosticModel
from modeling.selectors.models import champion_of
from modeling.services.models import define_model
from modeling.services.training import request_training
from studies.models import Study
from tests.factories import INDEX_DATE, CohortFactory, SiteFactory, StudyFactory, fill_many
from tests.jobs import do_all_jobs

CLINICAL = {
    "analytes": {"candidates": [], "keep": 0},
    "covariates": ["age", "albumin", "nlr"],
    "forest": {"trees": 50, "min_leaf": 5},
    "selection": {"resamples": 10, "trees": 20},
    "cross_validation": {"folds": 2, "repeats": 2},
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
    known = zip(patients, age.tolist(), albumin.tolist(), nlr.tolist(), strict=True)
    fill_many({p: {"age": a, "albumin": b, "nlr_reported": r} for p, a, b, r in known})
    FollowUp.objects.bulk_create(
        FollowUp(
            patient=p,
            contact_date=INDEX_DATE + timedelta(days=int(min(d, 900))),
            status="dead" if d < 900 else "alive",
        )
        for p, d in zip(patients, days, strict=True)
    )
    clinical_change.send(sender=Patient, study=study)


def study_with_a_signal() -> Study:
    study = StudyFactory()
    SiteFactory(study=study)
    for code in ("discovery", "validation"):
        CohortFactory(study=study, code=code, kind=code)
    add_patients(study, "discovery", 60, seed=1)
    add_patients(study, "validation", 30, seed=2)
    return study


def trained_version(model: PrognosticModel) -> ModelVersion:
    """The version in use after a training and all that follows from it."""
    request_training(model=model, by=None)
    do_all_jobs()
    version = champion_of(model)
    assert version is not None
    return version


@pytest.fixture(scope="module")
def trained(made_once: None) -> int:
    """A version in use, in a study of its own, trained once for all tests of a file: its key."""
    model = define_model(
        study=study_with_a_signal(), name="clinical3", body=CLINICAL, by=None
    ).model
    return trained_version(model).pk


@pytest.fixture
def champion(db: None, trained: int) -> ModelVersion:
    return ModelVersion.objects.get(pk=trained)


@pytest.fixture
def study(db: None, request: pytest.FixtureRequest) -> Study:
    """The champion's study where a test asks for a champion, else one without models."""
    if "champion" in request.fixturenames:
        return request.getfixturevalue("champion").model.study
    return study_with_a_signal()


@pytest.fixture
def model(study: Study) -> PrognosticModel:
    return define_model(study=study, name="clinical3", body=CLINICAL, by=None).model
