"""Scores with their intervals and their why: what is stored, shown, and to whom."""

import json

import pandas as pd
import pytest
from django.test import Client
from django.urls import reverse

from ciri import TrainedModel
from ciri.training.trained import CHANGED
from clinical.models import Patient
from clinical.selectors.definitions import collected_by
from clinical.selectors.record import item_values
from clinical.services.patients import correct_enrolment
from jobs.work import Asked
from modeling.models import ModelVersion, Score
from modeling.services import scoring
from modeling.services.models import define_model
from modeling.services.training import request_training
from studies.models import Study
from tests.factories import SiteFactory, StudyFactory, fill, make_member, make_patient
from tests.jobs import do_all_jobs
from tests.unit.modeling.conftest import CLINICAL
from tests.unit.modeling.test_pages import signed_in

pytestmark = pytest.mark.django_db


def values_of(patient: Patient) -> dict[str, float]:
    """What a patient has of the covariates of the model now."""
    definition = collected_by(patient.study).definition
    chosen = Patient.objects.filter(pk=patient.pk)
    return item_values(chosen, definition, CLINICAL["covariates"], "pre")[patient.pk]


def address_of_why(patient: Patient, extension: str = "json") -> str:
    parts = [patient.study.code, patient.subject_id, "clinical3", extension]
    return reverse("modeling:why", args=parts)


def test_survival_lies_in_its_interval_and_holds_horizons_only(champion: ModelVersion) -> None:
    for score in champion.scores.all():
        assert list(score.survival) == ["6m", "12m", "24m"]
        for horizon, (low, high) in score.survival_interval.items():
            assert 0 <= low <= score.survival[horizon] <= high <= 1
        assert 0 < score.restricted_mean <= score.last_horizon * 30.4375


def test_contributions_add_up_from_the_base_to_the_score(champion: ModelVersion) -> None:
    for score in champion.scores.all():
        why = score.explanation
        steps = [row["contribution"] for row in why["contributions"]]
        assert why["base"] + sum(steps) + why["rest"] == pytest.approx(score.mortality, abs=1e-3)
        assert [abs(step) for step in steps] == sorted(map(abs, steps), reverse=True)


def test_a_training_patient_whose_values_changed_is_scored_by_the_trees_that_left_them_out(
    champion: ModelVersion,
) -> None:
    """In a study's database an id is the same person; the label says that the values are others."""
    score = champion.scores.filter(basis="out-of-bag").first()
    assert score is not None
    fill(score.patient, albumin=6 - values_of(score.patient)["albumin"])
    asked = Asked(payload={"version": champion.pk}, by=None)
    scoring.store_scores(asked, scoring.compute_scores(asked, lambda percent, text: None))
    anew = champion.scores.get(patient=score.patient)
    assert anew.basis == "out-of-bag, values changed"
    trained = TrainedModel.from_bytes(bytes(champion.content))
    row = trained.training_subjects.index(score.patient.subject_id)
    frame = pd.DataFrame([values_of(score.patient)])
    left_out = trained.forest.predict_out_of_bag(frame[trained.features], [row])[0]
    assert anew.mortality == pytest.approx(left_out, abs=1e-9)
    assert anew.mortality != pytest.approx(trained.forest.predict(frame[trained.features])[0])
    assert champion.scores.filter(basis="out-of-bag").count() == 59
    assert champion.scores.filter(basis="prediction").count() == 30


def test_what_is_too_much_to_keep_is_summed_up(
    champion: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "STRONGEST", 1)
    monkeypatch.setattr(scoring, "BLOCK", 7)  # more blocks than one
    asked = Asked(payload={"version": champion.pk}, by=None)
    outcome = scoring.compute_scores(asked, lambda percent, text: None)
    assert scoring.store_scores(asked, outcome)["scored"] == 90
    score = champion.scores.filter(explanation__others__gt=0).first()
    assert score is not None
    assert len(score.explanation["contributions"]) == 1
    why = score.explanation
    total = why["base"] + why["contributions"][0]["contribution"] + why["rest"]
    assert total == pytest.approx(score.mortality, abs=1e-3)
    assert score.contributions[-1]["feature"] in ("1 others", "2 others")


def test_a_patient_who_can_no_longer_be_scored_keeps_no_score(champion: ModelVersion) -> None:
    asked = Asked(payload={"version": champion.pk}, by=None)
    outcome = scoring.compute_scores(asked, lambda percent, text: None)
    outcome = scoring.Scored(
        outcome.read_at,
        outcome.scores.iloc[1:],
        type(outcome.explanation)(
            outcome.explanation.values[1:],
            outcome.explanation.base[1:],
            outcome.explanation.features.iloc[1:],
        ),
        outcome.months,
        [],
    )
    scoring.store_scores(asked, outcome)
    assert champion.scores.count() == 89


def test_tertiles_give_three_groups(study: Study) -> None:
    body = CLINICAL | {"cutoff": "tertiles", "cross_validation": {"repeats": 0}}
    model = define_model(study=study, name="thirds", body=body, by=None).model
    request_training(model=model, by=None)
    do_all_jobs()
    groups = set(model.versions.get().scores.values_list("group", flat=True))
    assert groups == {"good", "intermediate", "poor"}


def test_the_patients_page_tells_risk_interval_and_why(champion: ModelVersion) -> None:
    score = champion.scores.order_by("patient__subject_id").select_related("patient")[0]
    client = signed_in(champion.model.study, "investigator")
    page = client.get(
        reverse("clinical:patient", args=[champion.model.study.code, score.patient.subject_id])
    ).content.decode()
    for _, told in score.survival_percent:
        assert told in page
    assert "–" in score.survival_percent[0][1]
    assert "of the first 24 months" in page
    assert "Why this score: clinical3" in page
    assert "explains the model, not the disease" in page
    assert address_of_why(score.patient) in page
    drawn = json.loads(client.get(address_of_why(score.patient)).content)
    assert "vega-lite" in drawn["$schema"]
    assert "this patient" in json.dumps(drawn)


@pytest.mark.parametrize(
    ("extension", "begins"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF")]
)
def test_the_why_can_be_taken_away(champion: ModelVersion, extension: str, begins: bytes) -> None:
    score = champion.scores.select_related("patient")[0]
    client = signed_in(champion.model.study, "investigator")
    answer = client.get(address_of_why(score.patient, extension))
    assert answer.content.startswith(begins)
    assert client.get(address_of_why(score.patient, "exe")).status_code == 404


def test_the_why_is_hidden_from_those_who_may_not_see_the_score(champion: ModelVersion) -> None:
    patient = champion.scores.select_related("patient")[0].patient
    study = patient.study
    assert signed_in(study, "coordinator").get(address_of_why(patient)).status_code == 404
    assert signed_in(study, "laboratory").get(address_of_why(patient)).status_code == 403
    elsewhere = Client()
    elsewhere.force_login(make_member(StudyFactory(), "investigator"))
    assert elsewhere.get(address_of_why(patient)).status_code == 404
    other_site = Client()
    other_site.force_login(make_member(study, "investigator", site=SiteFactory(study=study)))
    assert other_site.get(address_of_why(patient)).status_code == 404


def test_a_score_made_before_explanations_were_kept_says_so(champion: ModelVersion) -> None:
    Score.objects.update(explanation={}, survival_interval={}, restricted_mean=None)
    score = champion.scores.select_related("patient")[0]
    client = signed_in(champion.model.study, "investigator")
    drawn = client.get(address_of_why(score.patient)).content.decode()
    assert "ask for the scores again" in drawn
    page = client.get(
        reverse("clinical:patient", args=[score.patient.study.code, score.patient.subject_id])
    )
    assert page.status_code == 200
    assert "Why this score" not in page.content.decode()


def test_a_patient_of_the_training_whose_values_changed_is_scored_by_the_trees_that_left_them_out(
    champion: ModelVersion,
) -> None:
    """Ids are people in a study's own database; the explanation is of the same score."""
    patient = champion.model.study.patients.filter(cohort__code="discovery")[0]
    fill(patient, age=99)
    asked = Asked(payload={"version": champion.pk}, by=None)
    outcome = scoring.compute_scores(asked, lambda percent, text: None)
    scores = outcome.scores.reset_index(drop=True)
    place = scores.index[scores["subject"] == patient.subject_id][0]
    assert scores["basis"][place] == CHANGED
    assert (scores["basis"] == CHANGED).sum() == 1
    explained = outcome.explanation.base[place] + outcome.explanation.values[place].sum()
    assert explained == pytest.approx(scores["mortality"][place])


def test_a_training_patient_under_another_id_is_the_same_and_a_new_one_under_the_old_id_is_not(
    champion: ModelVersion,
) -> None:
    score = champion.scores.filter(basis="out-of-bag").first()
    assert score is not None
    renamed = score.patient
    old = renamed.subject_id
    fill(renamed, albumin=6 - values_of(renamed)["albumin"])
    correct_enrolment(patient=renamed, by=None, reason="typed wrongly", subject_id="other")
    stranger = make_patient(renamed.study, cohort=renamed.cohort, subject_id=old)
    fill(stranger, age=50, albumin=4, nlr_reported=2)
    asked = Asked(payload={"version": champion.pk}, by=None)
    scoring.store_scores(asked, scoring.compute_scores(asked, lambda percent, text: None))
    assert champion.scores.get(patient=renamed).basis == "out-of-bag, values changed"
    assert champion.scores.get(patient=stranger).basis == "prediction"
