"""Nested cross-validation as jobs: any worker, any order, merged once, told where it cannot be."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from jobs.models import Job
from jobs.services import hand_out, sweep
from jobs.services import run as run_job
from jobs.work import KINDS, Asked
from modeling.models import ModelVersion, PrognosticModel
from modeling.selectors.models import why_not_cross_validated, with_nested
from modeling.services.cross_validation import (
    CROSS_VALIDATE,
    compute_repeat,
    request_cross_validation,
    store_repeat,
)
from modeling.services.models import define_model
from modeling.services.promotion import promote_version, reject_version
from modeling.services.training import TRAIN, request_training
from modeling.web.performance import headline
from studies.models import Study
from tests.factories import make_member
from tests.jobs import do_all_jobs
from tests.unit.modeling.conftest import CLINICAL
from tests.unit.modeling.test_pages import address, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(model: PrognosticModel) -> ModelVersion:
    """Trained; its repeats wait."""
    run = request_training(model=model, by=None)
    assert run.job is not None
    run_job(run.job.pk)
    return model.versions.get()


def repeats_waiting() -> list[Job]:
    return list(Job.objects.filter(kind=CROSS_VALIDATE, state=Job.State.QUEUED).order_by("id"))


def test_a_training_asks_for_one_job_per_repeat(version: ModelVersion) -> None:
    assert [job.payload["repeat"] for job in repeats_waiting()] == [0, 1]
    assert version.cross_validation is None


def test_the_last_repeat_merges_all_of_them_whatever_the_order(version: ModelVersion) -> None:
    asked = [Asked(payload=job.payload, by=None) for job in repeats_waiting()]
    found = [compute_repeat(one, lambda percent, text: None) for one in asked]
    merged = []
    for order in ((0, 1), (1, 0)):
        with transaction.atomic():
            for k in order:
                version.refresh_from_db()
                assert version.cross_validation is None
                store_repeat(asked[k], found[k])
            version.refresh_from_db()
            merged.append(version.cross_validation)
            transaction.set_rollback(True)
    assert merged[0] == merged[1]
    assert merged[0] is not None
    assert merged[0]["low"] < merged[0]["c"] < merged[0]["high"]
    assert merged[0]["repeats"] == 2


def test_what_came_out_is_never_changed(version: ModelVersion) -> None:
    do_all_jobs()
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        ModelVersion.objects.update(cross_validation={"c": 1.0})


def test_training_again_to_the_same_bits_cross_validates_nothing_again(
    version: ModelVersion,
) -> None:
    do_all_jobs()
    request_training(model=version.model, by=None)
    do_all_jobs()
    assert version.model.versions.count() == 1
    assert Job.objects.filter(kind=CROSS_VALIDATE).count() == 2


def test_a_repeat_that_failed_is_asked_for_again_and_the_others_are_not(
    version: ModelVersion,
) -> None:
    first, second = repeats_waiting()
    run_job(second.pk)
    Job.objects.filter(pk=first.pk).update(state=Job.State.FAILED, error="the disk was full")
    assert why_not_cross_validated(version) == "the disk was full"
    assert [
        job.payload["repeat"] for job in request_cross_validation(version=version, by=None)
    ] == [0]
    assert request_cross_validation(version=version, by=None) == []
    do_all_jobs()
    version.refresh_from_db()
    assert version.cross_validation is not None
    assert why_not_cross_validated(version) is None


def test_progress_is_counted_in_repeats_and_then_the_figure_stands_first(
    version: ModelVersion,
) -> None:
    client = signed_in(version.model.study, "monitor")
    assert "0 of 2 repeats" in client.get(address(version)).content.decode()
    run_job(repeats_waiting()[0].pk)
    tile = client.get(address(version, "cross_validation"))
    assert "1 of 2 repeats" in tile.content.decode()
    assert "HX-Refresh" not in tile
    run_job(repeats_waiting()[0].pk)
    assert client.get(address(version, "cross_validation"))["HX-Refresh"] == "true"
    page = client.get(address(version)).content.decode()
    nested = headline(with_nested(ModelVersion.objects.all()).get()).nested
    assert nested is not None
    assert f"{nested.value:.3f}" in page
    assert page.index("nested cross-validation") < page.index("validation cohort")
    assert "the whole selection inside each fold" in page


def test_too_few_patients_are_told_on_the_versions_page(study: Study) -> None:
    body = CLINICAL | {"cross_validation": {"folds": 50, "repeats": 1}}
    model = define_model(study=study, name="many", body=body, by=None).model
    run = request_training(model=model, by=None)
    assert run.job is not None
    run_job(run.job.pk)
    (job,) = repeats_waiting()
    run_job(job.pk)
    page = signed_in(study, "monitor").get(address(model.versions.get())).content.decode()
    assert "Not cross-validated:" in page
    assert "too few to be split into 50 folds" in page


def test_a_specification_without_repeats_asks_for_none(study: Study) -> None:
    body = CLINICAL | {"cross_validation": {"repeats": 0}}
    model = define_model(study=study, name="plain", body=body, by=None).model
    request_training(model=model, by=None)
    do_all_jobs()
    assert not Job.objects.filter(kind=CROSS_VALIDATE).exists()
    page = signed_in(study, "monitor").get(address(model.versions.get())).content.decode()
    assert "The specification asks for none." in page


def test_repeats_wait_behind_trainings_and_scores(
    version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(
        "jobs.services.handing_out.current_app.send_task",
        lambda *_, priority, **__: sent.append(priority),
    )
    for job in (Job.objects.get(kind=TRAIN), repeats_waiting()[0]):
        hand_out(job)
    assert sent == [0, 9]
    assert KINDS[CROSS_VALIDATE].background


def test_repeats_of_an_overtaken_version_are_withdrawn_and_asked_for_again_with_its_promotion(
    version: ModelVersion,
) -> None:
    study = version.model.study
    investigator = make_member(study, "investigator")
    challengers = [_copy_of(version, number) for number in (2, 3)]
    for challenger in challengers:
        request_cross_validation(version=challenger, by=None)
    assert len(repeats_waiting()) == 6
    sweep()
    waiting = {job.payload["version"] for job in repeats_waiting()}
    assert waiting == {version.pk, challengers[1].pk}, "the champion's and the newest challenger's"
    sentence = "Withdrawn: version 2 was overtaken by version 3."
    withdrawn = Job.objects.filter(state=Job.State.CANCELLED)
    assert {job.message for job in withdrawn} == {sentence}
    page = signed_in(study, "monitor").get(address(challengers[0])).content.decode()
    assert sentence in page
    reject_version(version=challengers[1], by=investigator, reason="no better")
    promote_version(version=challengers[0], by=investigator, reason="after all")
    sweep()
    waiting = {job.payload["version"] for job in repeats_waiting()}
    assert waiting == {challengers[0].pk}


def _copy_of(version: ModelVersion, number: int) -> ModelVersion:
    copied = ModelVersion.objects.get(pk=version.pk)
    copied.pk, copied.number, copied.status = None, number, ModelVersion.Status.CHALLENGER
    copied.save(force_insert=True)
    return copied


def test_the_command_waits_for_the_repeats_and_prints_the_figure(version: ModelVersion) -> None:
    do_all_jobs()
    request_training(model=version.model, by=None)
    do_all_jobs()
    Job.objects.filter(kind=TRAIN).update(state=Job.State.SUCCEEDED)
    out, err = StringIO(), StringIO()
    arguments = ("train", version.model.name, "--study", version.model.study.code)

    def at_once(jobs: list[Job], **_: object) -> None:
        do_all_jobs()
        for job in jobs:
            job.refresh_from_db()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("modeling.management.commands.train.wait_for", at_once)
        call_command(*arguments, "--cross-validated", stdout=out, stderr=err)
    printed = json.loads(out.getvalue())
    assert printed["cross_validation"]["repeats"] == 2
    assert "predictions" not in printed["cross_validation"]
    assert f"nested C {printed['cross_validation']['c']:.3f}" in err.getvalue()
