"""Models that read blood of a visit of the study's own, before and after the visit is called otherwise."""

from collections import Counter
from datetime import timedelta

import numpy as np
import pytest

from assays.models import Analyte, Measurement, Panel, PlateRun, Specimen
from assays.signals import ChangedValue, ValuesChanged
from ciri import parse_specification
from clinical.models import FollowUp, Patient
from modeling.models import ModelVersion, PrognosticModel
from modeling.presentation.cautions import cautions_of, say_cautions
from modeling.presentation.provenance import out_of_bag
from modeling.presentation.specifications import describe_specification
from modeling.selectors.models import champion_of
from modeling.services.models import define_model
from modeling.services.scoring import request_rescoring
from modeling.services.staleness import mark_stale
from modeling.services.training import request_training
from sentences import Sentence, words
from studies.models import Study
from studies.refusals import Refused
from tests.factories import INDEX_DATE
from tests.jobs import do_all_jobs
from tests.unit.assays.visits import rename, study_of_own_visits
from tests.unit.modeling.conftest import CLINICAL, trained_version

BODY = CLINICAL | {
    "timepoint": "c3d1",
    "covariates": [],
    "analytes": {"candidates": ["IL6", "SPP1"], "keep": 1},
}
PATIENTS = 40
ANOTHER = Sentence("modeling.champion_predicts_another")


def study_with_blood() -> Study:
    """Patients whose risk rises with IL6 of the third cycle; their first blood tells nothing."""
    study = study_of_own_visits()
    random = np.random.default_rng(3)
    patients = Patient.objects.bulk_create(
        Patient(
            study=study,
            site=study.sites.get(),
            cohort=study.cohorts.get(),
            subject_id=f"P{k:02d}",
            index_date=INDEX_DATE,
        )
        for k in range(PATIENTS)
    )
    risk = random.uniform(0, 1, PATIENTS)
    FollowUp.objects.bulk_create(
        FollowUp(
            patient=patient,
            contact_date=INDEX_DATE + timedelta(days=int(900 - 800 * r)),
            status="dead" if r > 0.2 else "alive",
        )
        for patient, r in zip(patients, risk, strict=True)
    )
    panel = Panel.objects.create(name="panel")
    plate = PlateRun.objects.create(study=study, panel=panel, name="table")
    analytes = [Analyte.objects.create(symbol=name, name=name) for name in ("IL6", "SPP1")]
    for visit, values in (("screening", 1 - risk), ("c3d1", risk)):
        specimens = Specimen.objects.bulk_create(
            Specimen(
                study=study, patient=p, label=f"{p}-{visit}", timepoint=visit, material="plasma"
            )
            for p in patients
        )
        Measurement.objects.bulk_create(
            Measurement(
                specimen=specimen, analyte=analyte, plate_run=plate, unit="pg/mL", flag="in_range",
                value=float(v) + 1 if analyte.symbol == "IL6" else 5.0, value_text="as written",
            )
            for specimen, v in zip(specimens, values, strict=True)
            for analyte in analytes
        )  # fmt: skip
    return study


@pytest.fixture(scope="module")
def trained(made_once: None) -> int:
    model = define_model(study=study_with_blood(), name="third", body=BODY, by=None).model
    # A thread has a connection of its own, which does not see what this file's transaction holds.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YOGO_THREADS", "1")
        return trained_version(model).pk


@pytest.fixture(autouse=True)
def _in_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOGO_THREADS", "1")


@pytest.fixture
def study(champion: ModelVersion) -> Study:
    return champion.model.study


def scores(version: ModelVersion) -> dict[str, float]:
    return dict(version.scores.values_list("patient__subject_id", "mortality"))


def train_again(version: ModelVersion) -> ModelVersion:
    request_training(model=version.model, by=None)
    do_all_jobs()
    return version.model.versions.latest("number")


def test_a_model_is_trained_at_a_visit_of_the_study(champion: ModelVersion) -> None:
    assert champion.dataset.timepoint == "c3d1"
    assert champion.features == ["IL6"]
    assert champion.metrics["out_of_bag"]["c"] > 0.8
    assert champion.scores.count() == PATIENTS
    paragraph = str(describe_specification(champion.specification))
    assert "from what is known at the visit “cycle 3, day 1”" in paragraph


def test_its_patients_had_to_live_to_the_visit(champion: ModelVersion) -> None:
    assert "measurement at 45 days is here (immortal time)" in out_of_bag(champion)
    assert "immortal_time" in [one.code for one in cautions_of([champion.pk])[champion.pk]]
    assert sum("immortal time" in one for one in say_cautions(champion)) == 1


def test_a_visit_that_the_study_does_not_have_is_refused_with_those_that_it_has(
    study: Study,
) -> None:
    with pytest.raises(Refused, match=r"no visit pre\. .*screening, c3d1, off"):
        define_model(study=study, name="m", body=BODY | {"timepoint": "pre"}, by=None)
    with pytest.raises(Refused, match=r"no visit c3d2\. Did you mean c3d1\?"):
        define_model(study=study, name="m", body=BODY | {"timepoint": "c3d2"}, by=None)
    with pytest.raises(Refused, match="must be the name of a visit"):
        define_model(study=study, name="m", body=BODY | {"timepoint": "week 6"}, by=None)


def test_a_model_follows_its_visit_through_a_renaming(champion: ModelVersion, study: Study) -> None:
    before = scores(champion)
    rename(study, c3d1="cycle3")
    request_rescoring(version=champion, by=None)
    do_all_jobs()
    assert scores(champion) == before
    newest = train_again(champion)
    assert (newest.number, newest.dataset.timepoint) == (2, "cycle3")
    assert newest.dataset.training_patients == champion.dataset.training_patients
    assert newest.report["features"] == champion.report["features"]
    assert newest.gate["sentence"] != ANOTHER
    assert champion.specification.body["timepoint"] == "c3d1"
    assert "at the visit “cycle 3, day 1”" in str(describe_specification(champion.specification))
    patient, analyte = study.patients.get(subject_id="P01"), Analyte.objects.get(symbol="IL6")
    change = ValuesChanged(
        study,
        None,
        frozenset({ChangedValue(patient.pk, "cycle3", analyte.pk)}),
        words("clot"),
        None,
    )
    found = mark_stale(change)
    assert Counter(one.kind for one in found) == {"dataset": 2, "version": 2, "score": 2}


def test_a_name_that_another_visit_has_now_does_not_mislead_a_model(
    champion: ModelVersion, study: Study
) -> None:
    before = scores(champion)
    rename(study, c3d1="screening", screening="c3d1")
    request_rescoring(version=champion, by=None)
    do_all_jobs()
    assert scores(champion) == before
    # The same words mean another visit now, so they are another specification.
    stated = define_model(study=study, name="third", body=BODY, by=None)
    assert stated.number == 2
    again = define_model(study=study, name="third", body=BODY | {"timepoint": "screening"}, by=None)
    assert again.number == 3
    newest = train_again(champion)
    assert newest.specification == again
    assert newest.gate["sentence"] != ANOTHER


def test_a_specification_of_before_is_read_as_it_was() -> None:
    old = parse_specification(CLINICAL)
    assert old.timepoint == "pre"
    assert parse_specification(old.to_dict()).content_hash == old.content_hash


def test_a_model_of_the_visit_is_the_one_in_use(champion: ModelVersion) -> None:
    assert champion_of(PrognosticModel.objects.get(name="third")) == champion
