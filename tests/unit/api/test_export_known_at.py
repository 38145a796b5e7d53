"""The database as it was known at a moment: a data cut-off made again to the byte, whatever came later."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pghistory.models import Context

from accounts.models import User
from assays.models import Analyte, Exclusion, PlateAnalyte, PlateRun, Specimen
from audit.past import moment_and_snapshot
from audit.recording import record
from clinical.dictionary.definition import Item, Type
from clinical.models import FilledForm, FollowUp, Patient
from clinical.selectors.definitions import collected_by
from clinical.services.definitions import publish_definition
from clinical.services.patients import record_follow_up
from exports.models import Export
from exports.selectors import dataset as dataset_selector
from exports.selectors.known import TABLES, history_begins
from exports.services.analysis_dataset import Recipe, export_analysis_dataset
from exports.services.moments import read_moment
from modeling.models import Score
from studies.models import Study
from studies.refusals import Refused
from tests.factories import day, fill, make_member, make_patient
from tests.integration.api import add_champion, add_measurements, client_with, measure, small_study

pytestmark = pytest.mark.django_db
CORRECTED = """
UPDATE clinical_filledform SET "values" = jsonb_set("values", '{age}', '99') WHERE "values" ? 'age'
"""


@pytest.fixture
def study() -> Study:
    made = small_study()
    add_champion(made)
    return made


def taken(study: Study, *, by: User | None = None, **recipe: Any) -> bytes:
    return b"".join(
        export_analysis_dataset(study=study, recipe=Recipe(**recipe), via="command", by=by).chunks()
    )


def now() -> datetime:
    return moment_and_snapshot()[0]


def late_contact(study: Study) -> None:
    patient = Patient.objects.get(study=study, subject_id="P002")
    record_follow_up(patient=patient, contact_date=day(60), status="alive", progression_date=day(9), by=None)  # fmt: skip


def corrected_contact(study: Study) -> None:
    FollowUp.objects.filter(patient__study=study, status="dead").update(contact_date=day(400))


def deleted_contact(study: Study) -> None:
    FollowUp.objects.filter(patient__study=study, patient__subject_id="P001").delete()


def withdrawn_patient(study: Study) -> None:
    gone = Patient.objects.get(study=study, subject_id="P001")
    specimens = Specimen.objects.filter(patient=gone)
    for specimen in specimens:
        specimen.measurements.all().delete()
    specimens.delete()
    gone.delete()


def new_patient(study: Study) -> None:
    add_measurements(make_patient(study, subject_id="P0015"), study.plate_runs.get())


def moved_patient(study: Study) -> None:
    Patient.objects.filter(study=study, subject_id="P001").update(site=study.sites.get(code="B"))


def other_baseline(study: Study) -> None:
    patient = Patient.objects.get(study=study, subject_id="P001")
    fill(
        patient,
        weight=50,
        height=160,
        pdl1=0,
        sex="female",
        neutrophils=4,
        lymphocytes=2,
        albumin="ND",
    )


def voided_form(study: Study) -> None:
    FilledForm.objects.filter(patient__study=study, event_form__form__name="blood").update(
        voided_at=timezone.now(), void_reason="another patient's"
    )


def other_dictionary(study: Study) -> None:
    """What the study collects now stands in another version, with another item."""
    definition = collected_by(study).definition
    first, *others = definition.forms
    more = replace(first, items=(*first.items, Item("smoker", Type.YES_NO)))
    publish_definition(study=study, definition=replace(definition, forms=(more, *others)), by=None)


def excluded_plate(study: Study) -> None:
    Exclusion.objects.create(plate_run=study.plate_runs.get(), rule="excluded", reason="clots")


def other_measurements(study: Study) -> None:
    plate, specimen = study.plate_runs.get(), Specimen.objects.get(label="P001-pre")
    measure(specimen, plate, "IL6", 99.0, replicate=2)
    measure(specimen, plate, "OTHER", 5.0)
    specimen.measurements.filter(analyte__symbol="CXCL8").update(limit=1.0)


def other_names(study: Study) -> None:
    Analyte.objects.filter(symbol="IL6").update(symbol="IL-6")
    Patient.objects.filter(study=study, subject_id="P003").update(subject_id="Q003")
    study.sites.filter(code="A").update(code="AA")
    study.cohorts.update(code="first")
    Study.objects.filter(pk=study.pk).update(is_simulated=True)


def another_champion(study: Study) -> None:
    add_champion(study, "other")
    model = study.models.get(name="preCIRI14")
    model.versions.update(status="retired")


def other_scores(study: Study) -> None:
    Score.objects.filter(patient__subject_id="P001").update(mortality=1.0, group="good")
    Score.objects.filter(patient__subject_id="P002").delete()


CHANGES = [
    late_contact,
    corrected_contact,
    deleted_contact,
    withdrawn_patient,
    new_patient,
    moved_patient,
    other_baseline,
    voided_form,
    other_dictionary,
    excluded_plate,
    other_measurements,
    other_names,
    another_champion,
    other_scores,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_came_later_is_not_in_it(study: Study, change: Any) -> None:
    before = taken(study)
    moment = Export.objects.get().known_at
    assert moment is not None
    change(study)
    fresh = Study.objects.get(pk=study.pk)
    assert taken(fresh) != before
    assert taken(fresh, known_at=moment) == before


@pytest.mark.parametrize("format", Export.Format.values)
def test_all_of_it_together_gives_the_same_bytes_in_every_format(study: Study, format: str) -> None:
    until = day(200)
    before, moment = taken(study, format=format, events_until=until), now()
    for change in CHANGES:
        if change is not withdrawn_patient:
            change(study)
    withdrawn_patient(study)
    again = taken(
        Study.objects.get(pk=study.pk), format=format, events_until=until, known_at=moment
    )
    assert again == before


def test_a_rescoring_that_changes_nothing_writes_no_history(study: Study) -> None:
    score = Score.objects.first()
    assert score is not None
    score.scored_at = timezone.now()
    score.save()
    assert score.history.count() == 1


def test_a_late_entry_changes_what_events_until_gives_but_not_what_was_known(study: Study) -> None:
    moment, until = now(), day(90)
    before = taken(study, events_until=until)
    record_follow_up(
        patient=study.patients.get(subject_id="P001"), contact_date=day(80), status="alive", by=None
    )
    assert taken(study, events_until=until) != before
    assert taken(study, events_until=until, known_at=moment) == before


def test_every_table_that_an_export_reads_is_one_that_is_read_as_of_then(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make_member(study, "statistician")
    PlateRun.objects.update(judged_as="refit mean")
    analyte = Analyte.objects.get(symbol="IL6")
    PlateAnalyte.objects.create(plate_run=study.plate_runs.get(), analyte=analyte, name="IL6")
    asked: list[str] = []
    blocks = dataset_selector.blocks

    with CaptureQueriesContext(connection) as queries:
        taken(study, by=person)
    for query in queries:
        if (
            not query["sql"].startswith(("INSERT", "UPDATE"))
            and "exports_export" not in query["sql"]
        ):
            asked += re.findall(r'\b(?:FROM|JOIN) "?([a-z]+_[a-z0-9_]+)"?', query["sql"])
    assert blocks is dataset_selector.blocks
    kept = {past.model._meta.db_table for past in TABLES}
    as_of_now = {
        "studies_membership",
        "accounts_user",
        "pg_locks",
        "pg_stat_activity",
        "pg_database",
    }
    of_a_definition = {
        model._meta.db_table
        for model in apps.get_app_config("clinical").get_models()
        if hasattr(model, "definition")
    }
    # Parts of a published definition never change: which was published by then is read as of then.
    assert set(asked) <= kept | as_of_now | of_a_definition
    assert {"clinical_patient", "modeling_score", "assays_plateanalyte"} <= set(asked)


def test_a_file_in_the_past_leaves_the_present_as_it_is(study: Study) -> None:
    moment = now()
    new_patient(study)
    chunks = export_analysis_dataset(
        study=study, recipe=Recipe(known_at=moment), via="page", by=None
    ).chunks()
    next(chunks)
    chunks.close()
    assert Patient.objects.filter(subject_id="P0015").exists()
    assert b"P0015" in taken(study)


def test_a_person_of_one_site_gets_those_who_were_there_then(study: Study) -> None:
    person = make_member(study, "statistician", site=study.sites.get(code="A"))
    before, moment = taken(study, by=person), now()
    moved_patient(study)
    assert taken(study, by=person, known_at=moment) == before
    assert taken(study, by=person).count(b"\n") == before.count(b"\n") - 1


@pytest.mark.parametrize(
    ("ago", "says"),
    [
        (timedelta(days=-1), "lies in the future"),
        (timedelta(days=9000), "history of this study begins at"),
    ],
)
def test_a_moment_that_history_does_not_tell_of_is_refused(
    study: Study, ago: timedelta, says: str
) -> None:
    with pytest.raises(Refused, match=says):
        taken(study, known_at=timezone.now() - ago)
    assert not Export.objects.exists()


def test_a_day_that_was_still_to_come_at_that_moment_is_refused(study: Study) -> None:
    moment = now()
    with pytest.raises(Refused, match="lay in the future at that moment"):
        taken(study, known_at=moment, events_until=moment.date() + timedelta(days=2))


def test_a_moment_in_the_midst_of_a_change_is_refused_with_the_one_when_it_was_whole(
    study: Study,
) -> None:
    with record(by=None, reason="an import"):
        fill(study.patients.first(), albumin=3.9)
        moment = now()
        fill(study.patients.first(), sex="female")
    Context.objects.update(created_at=moment - timedelta(seconds=1))  # all is one transaction here
    with pytest.raises(
        Refused, match=r"half written at .* it was whole at (.*): give that"
    ) as found:
        taken(study, known_at=moment)
    whole = re.search("whole at (.*):", str(found.value))
    assert whole is not None
    assert b"female" in taken(study, known_at=datetime.fromisoformat(whole[1]))


@pytest.mark.django_db(transaction=True)
def test_what_is_still_being_written_is_waited_for_not_guessed() -> None:
    study = small_study(1)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(CORRECTED)
            moment = now()
            with pytest.raises(Refused, match="still being written"):
                taken(study, known_at=moment)
            unsettled = taken(study)
            assert Export.objects.latest("id").known_at is None
            cursor.execute("COMMIT")
    finally:
        other.close()
    assert b"99.0" in taken(study, known_at=moment)
    assert b"99.0" not in unsettled


@pytest.mark.django_db(transaction=True)
def test_outside_of_any_transaction_the_moment_of_an_export_makes_it_again() -> None:
    study = small_study(2)
    add_champion(study)
    before = taken(study)
    moment = Export.objects.get().known_at
    with transaction.atomic():
        late_contact(study)
    assert taken(study) != before
    assert taken(study, known_at=moment) == before
    assert history_begins() < study.created_at
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relname = 'clinical_patient'")  # fmt: skip
        assert cursor.fetchone() == (0,)


def test_moments_are_read_as_people_and_addresses_write_them(study: Study) -> None:
    wanted = datetime.fromisoformat("2026-01-02T03:04:05+09:00")
    for text in ("2026-01-02T03:04:05+09:00", "2026-01-02T03:04:05 09:00", "2026-01-01T18:04:05Z", "2026-01-02 03:04:05"):  # fmt: skip
        assert read_moment(text, study) == wanted, text
    for text in ("2026-01-02", "yesterday", "2026-W01", "20260102", "2026-13-01T00:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"):  # fmt: skip
        with pytest.raises(Refused, match="not a moment; write day and time"):
            read_moment(text, study)


def test_page_api_and_command_take_the_moment(study: Study, tmp_path: Any) -> None:
    before, moment = taken(study), now()
    new_patient(study)
    client = client_with(study, "statistician", "export")
    address = f"/api/v1/studies/{study.code}/analysis-dataset"
    answer = client.get(address, {"known_at": moment.isoformat()})
    assert answer.getvalue() == before
    assert f"-known-{moment:%Y%m%dT%H%M%S}Z" in answer["Content-Disposition"]
    assert "not a moment" in client.get(address, {"known_at": "x"}).json()["detail"]
    assert "known_at=MOMENT" in client.get(address, {"as_of": "2026-01-01"}).json()["detail"]
    target = tmp_path / "out.csv"
    call_command("export", "--study", study.code, "--known-at", moment.isoformat(), "--output", str(target))  # fmt: skip
    assert target.read_bytes() == before
    with pytest.raises(CommandError, match=r"--events-until DAY .* --known-at MOMENT"):
        call_command("export", "--study", study.code, "--as-of", "2026-01-01")
    person = Client()
    person.force_login(make_member(study, "statistician"))
    form = {"format": "csv", "timepoint": "pre", "known_at": moment.isoformat()}
    page = f"/studies/{study.code}/export/"
    assert person.post(page, form).getvalue() == before
    listed = person.get(page).content.decode()
    assert f"known_at={moment:%Y-%m-%dT%H%%3A%M%%3A%S.%f}%2B00%3A00" in listed
    again = person.get(f"{page}?known_at={moment:%Y-%m-%dT%H:%M:%S}").content.decode()
    assert f'value="{moment:%Y-%m-%dT%H:%M:%S}"' in again
    assert person.post(page, {**form, "known_at": "x"}).status_code == 400
