"""Define, freeze, train, meet the champion, score, and become due again."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from clinical.models import FollowUp
from clinical.services.patients import record_follow_up
from modeling.models import (
    FrozenDataset,
    ModelSpecification,
    ModelVersion,
    PrognosticModel,
    Score,
    TrainingRun,
)
from modeling.selectors.models import champion_of, scores_visible_to
from modeling.services.models import define_model
from modeling.services.promotion import promote_version, reject_version
from modeling.services.schedule import how_due
from modeling.services.training import request_training
from studies.models import Study
from studies.refusals import NotAllowed, Refused
from tests.factories import INDEX_DATE, make_member
from tests.jobs import do_all_jobs
from tests.unit.modeling.conftest import CLINICAL, add_patients


def test_the_same_specification_is_stated_once(model: PrognosticModel) -> None:
    again = define_model(study=model.study, name=model.name, body=CLINICAL, by=None)
    assert again.number == 1
    changed = define_model(study=model.study, name=model.name, body=CLINICAL | {"seed": 8}, by=None)
    assert changed.number == 2


def test_a_specification_that_makes_no_sense_is_refused_with_a_sentence(study: Study) -> None:
    with pytest.raises(Refused, match="endpoint"):
        define_model(study=study, name="m", body=CLINICAL | {"endpoint": "ORR"}, by=None)
    with pytest.raises(Refused, match="catalogue of analytes does not hold NOSUCH"):
        define_model(
            study=study, name="m", body={"analytes": {"candidates": ["NOSUCH"], "keep": 1}}, by=None
        )
    with pytest.raises(Refused, match=r"does not collect albumine\. Did you mean albumin\?"):
        define_model(study=study, name="m", body=CLINICAL | {"covariates": ["albumine"]}, by=None)
    assert not PrognosticModel.objects.exists()


def test_the_first_version_comes_into_use_and_scores_everybody(champion: ModelVersion) -> None:
    assert champion.gate["verdict"] == "first"
    assert 0.5 < champion.metrics["validation"]["c"] < 1
    assert champion.scores.count() == 90
    bases = set(champion.scores.values_list("patient__cohort__code", "basis"))
    assert bases == {("discovery", "out-of-bag"), ("validation", "prediction")}


def test_training_again_on_the_same_gives_the_same_bits_and_no_new_version(
    champion: ModelVersion,
) -> None:
    run = request_training(model=champion.model, by=None)
    do_all_jobs()
    run.refresh_from_db()
    assert run.version == champion
    assert run.job is not None
    assert run.job.result is not None
    assert run.job.result["reproduced"] is True
    assert champion.model.versions.count() == 1


def test_asking_twice_while_it_waits_is_one_run(model: PrognosticModel) -> None:
    first = request_training(model=model, by=None)
    assert request_training(model=model, by=None) == first
    assert TrainingRun.objects.filter(specification__model=model).count() == 1


def test_without_any_event_there_is_nothing_to_train_on(study: Study) -> None:
    FollowUp.objects.update(status="alive")
    model = define_model(study=study, name="m", body=CLINICAL, by=None).model
    with pytest.raises(Refused, match="nothing to learn from"):
        request_training(model=model, by=None)


def test_a_challenger_meets_the_champion_on_held_out_patients(
    champion: ModelVersion, study: Study
) -> None:
    add_patients(study, "discovery", 10, seed=3)
    request_training(model=champion.model, by=None)
    do_all_jobs()
    challenger = champion.model.versions.get(number=2)
    assert challenger.gate["patients"] == 30
    assert challenger.gate["verdict"] in ("passed", "failed")
    in_use = champion_of(champion.model)
    assert in_use == (challenger if challenger.gate["verdict"] == "passed" else champion)


def test_new_deaths_past_the_threshold_start_a_training_without_waiting_for_the_night(
    champion: ModelVersion, study: Study
) -> None:
    alive = list(FollowUp.objects.filter(status="alive", patient__cohort__code="discovery"))[:3]
    for n, contact in enumerate(alive):
        due = how_due(champion.model)
        assert due is not None
        assert (due.new_deaths, due.is_due) == (n, False)
        record_follow_up(
            patient=contact.patient,
            contact_date=contact.contact_date + timedelta(days=30),
            status="dead",
            by=None,
        )
        do_all_jobs()
    newest = TrainingRun.objects.first()
    assert newest is not None
    assert newest.reason == TrainingRun.Reason.SCHEDULED
    assert newest.version is not None
    assert newest.version.number == 2
    due = how_due(champion.model)
    assert due is not None
    assert due.new_deaths == 0


def test_a_model_that_does_not_retrain_is_left_alone(champion: ModelVersion, study: Study) -> None:
    PrognosticModel.objects.update(retrains=False)
    add_patients(study, "discovery", 6, seed=4)
    do_all_jobs()
    assert champion.model.versions.count() == 1


def test_a_new_patient_is_scored_without_anybody_asking(
    champion: ModelVersion, study: Study
) -> None:
    add_patients(study, "validation", 1, seed=5)
    do_all_jobs()
    assert champion.scores.count() == 91


def test_with_signature_nothing_comes_into_use_by_itself(study: Study) -> None:
    body = CLINICAL | {"retrain": {"promote": "signature"}}
    model = define_model(study=study, name="signed", body=body, by=None).model
    request_training(model=model, by=None)
    do_all_jobs()
    assert champion_of(model) is None
    version = model.versions.get()
    investigator = make_member(study, "investigator")
    with pytest.raises(NotAllowed):
        promote_version(version=version, by=make_member(study, "statistician"), reason="good")
    with pytest.raises(Refused, match="Say why"):
        promote_version(version=version, by=investigator, reason=" ")
    promote_version(version=version, by=investigator, reason="Validated at the board of 1 May.")
    assert champion_of(model) == version
    assert version.decided_by == investigator
    with pytest.raises(Refused, match="cannot become"):
        reject_version(version=version, by=investigator, reason="too late")


def test_an_earlier_champion_can_be_rolled_back_to(champion: ModelVersion, study: Study) -> None:
    investigator = make_member(study, "investigator")
    body = CLINICAL | {"seed": 9}
    define_model(study=study, name=champion.model.name, body=body, by=None)
    request_training(model=champion.model, by=None)
    do_all_jobs()
    second = champion.model.versions.get(number=2)
    if second.status == ModelVersion.Status.CHALLENGER:
        promote_version(version=second, by=investigator, reason="new seed")
    champion.refresh_from_db()
    assert champion.status == ModelVersion.Status.RETIRED
    promote_version(version=champion, by=investigator, reason="roll back")
    assert champion_of(champion.model) == champion
    second.refresh_from_db()
    assert second.status == ModelVersion.Status.RETIRED


def test_what_was_frozen_cannot_be_changed(champion: ModelVersion) -> None:
    for refused in (
        lambda: FrozenDataset.objects.update(content=b"x"),
        lambda: FrozenDataset.objects.all()._raw_delete("default"),
        lambda: ModelSpecification.objects.update(number=5),
        lambda: ModelVersion.objects.update(content=b"x"),
        lambda: ModelVersion.objects.filter(pk=champion.pk)._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
            refused()


def test_there_is_one_champion_at_most(champion: ModelVersion) -> None:
    champion.pk, champion.number = None, 2
    with pytest.raises(IntegrityError, match="modeling_one_champion"), transaction.atomic():
        champion.save(force_insert=True)


def test_scores_are_seen_only_by_those_who_may_read_models_and_patients(
    champion: ModelVersion, study: Study
) -> None:
    seen = {
        role: scores_visible_to(make_member(study, role)).count()
        for role in ("coordinator", "laboratory", "statistician", "investigator", "monitor")
    }
    assert seen == {
        "coordinator": 0,
        "laboratory": 0,
        "statistician": 90,
        "investigator": 90,
        "monitor": 90,
    }
    assert scores_visible_to(make_member(StudyOfOthers(), "investigator")).count() == 0
    assert Score.objects.filter(group="good").exists()


def StudyOfOthers() -> Study:
    from tests.factories import StudyFactory

    return StudyFactory()


def test_a_dataset_knows_only_what_had_happened_by_its_day(model: PrognosticModel) -> None:
    early = request_training(model=model, by=None, as_of=INDEX_DATE + timedelta(days=100))
    late = request_training(model=model, by=None)
    assert early.dataset.events < late.dataset.events
    assert early.dataset.content_hash != late.dataset.content_hash
