"""Decisions on plates as they meet in an installation: committed at once, and several at the same time."""

import re
import threading
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client

from assays.models import Exclusion, PanelPolicy, PlateRun
from assays.services.judging import compute_judgements, judge_new, judge_plate, store_judgements
from assays.services.policies import set_policy
from assays.services.quality import exclude
from assays.signals import values_changed
from jobs.models import Job
from jobs.services import enqueue
from jobs.work import Asked
from sentences import Sentence
from studies.models import Study
from studies.refusals import Refused
from studies.services import locking as holding
from studies.services.locking import lock_study
from tests.at_once import Other, until_somebody_waits_for_a_lock
from tests.factories import make_member, make_patient
from tests.jobs import do_all_jobs
from tests.unit.assays.plates import make_plate

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_plate_is_judged_again_from_its_page(plate: PlateRun, lab: Client) -> None:
    before = plate.judged_at
    answer = lab.post(f"/studies/OWN/plates/{plate.pk}/judge/")
    assert answer.status_code == 302
    plate.refresh_from_db()
    assert plate.judged_at > before


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("layout/", {"position": "A2", "label": "", "reason": "wrong label", "confirmed": "1"}),
        ("exclude/", {"what": "well", "reason": "a clot", "confirmed": "1"}),
        ("guide/", {"in_guide_set": "1", "reason": "the first lot"}),
    ],
)
def test_a_nul_is_refused_and_person_and_reason_stand_in_the_trail(
    plate: PlateRun, lab: Client, path: str, sent: dict[str, str]
) -> None:
    sent |= {"well": str(plate.wells.get(position="A2").pk)}
    address = f"/studies/OWN/plates/{plate.pk}/{path}"
    assert lab.post(address, sent | {"reason": "wr\0ng"}).status_code == 400
    assert lab.post(address, sent).status_code == 302
    events = {"layout/": "WellEvent", "exclude/": "ExclusionEvent", "guide/": "PlateRunEvent"}
    event = apps.get_model("assays", events[path]).objects.latest("pgh_id")
    said = Sentence.from_json(event.pgh_context.metadata["reasons"][0])
    assert sent["reason"] in said
    assert event.pgh_context.metadata["user"]


def test_a_reason_from_elsewhere_keeps_its_person_though_it_holds_a_nul(plate: PlateRun) -> None:
    person = make_member(plate.study, "laboratory")
    exclude(
        plate_run=plate, wells=list(plate.wells.all()[:1]), analyte=None, reason="cl\0ot", by=person
    )
    event = apps.get_model("assays", "ExclusionEvent").objects.latest("pgh_id")
    assert event.pgh_context.metadata["user"] == person.pk


@pytest.mark.alone
def test_a_plate_that_is_being_imported_is_judged_by_the_new_rules(
    plate: PlateRun, study: Study
) -> None:
    judged, go_on = threading.Event(), threading.Event()
    patient = make_patient(study)

    def imported() -> None:
        with transaction.atomic():
            lock_study(study)  # as every commit of an import does
            new = make_plate(study, [patient], name="new")
            judge_new([new], None)
            judged.set()
            go_on.wait(30)

    importer = Other(imported)
    assert judged.wait(30)
    values = {"repeats": "last", "min_bead_count": 60, "recommended_bead_count": 60}
    changer = Other(
        lambda: set_policy(study=study, panel=plate.panel, values=values, reason="SOP", by=None)
    )
    until_somebody_waits_for_a_lock()
    go_on.set()
    assert importer.ended() is None
    assert isinstance(changer.ended(), Job)
    do_all_jobs()
    assert set(PlateRun.objects.values_list("name", "judged_as")) == {
        ("plate 1", "vendor last"),
        ("new", "vendor last"),
    }


def test_a_judging_and_an_exclusion_do_not_wait_for_each_other_for_ever(
    plate: PlateRun, study: Study
) -> None:
    second = make_plate(study, [make_patient(study)], name="plate 2")
    judge_plate(plate_run=second, by=None)
    PanelPolicy.objects.create(
        study=study, panel=plate.panel, min_bead_count=90, recommended_bead_count=90
    )
    asked = Asked({"study": study.pk, "panel": plate.panel_id}, None)
    outcome = compute_judgements(asked, lambda percent, text: None)
    well = second.wells.get(position="A2")
    others: list[Other] = []

    def new_scores(sender: object, change: object, **_: object) -> list[Any]:
        """What the apps above do: ask for the same new scores whichever plate it was."""
        if not others:
            others.append(
                Other(
                    lambda: exclude(
                        plate_run=second, wells=[well], analyte=None, reason="x", by=None
                    )
                )
            )
            until_somebody_waits_for_a_lock()
        enqueue(
            "modeling.rescore", key="modeling.rescore:version:1", payload={"version": 1}, by=None
        )
        return []

    values_changed.connect(new_scores)
    try:
        with transaction.atomic():
            store_judgements(asked, outcome)
        exclusions, _consequences = others[0].ended()
    finally:
        values_changed.disconnect(new_scores)
    assert [exclusion.reason for exclusion in exclusions] == ["x"]


@pytest.mark.alone
def test_who_would_wait_for_long_is_told_so_and_nothing_is_changed(
    plate: PlateRun, lab: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "SECONDS_OF_PATIENCE", 0.2)
    held, go_on = threading.Event(), threading.Event()

    def large_import() -> None:
        with transaction.atomic():
            lock_study(plate.study)
            held.set()
            go_on.wait(30)

    importer = Other(large_import)
    assert held.wait(30)
    well = plate.wells.get(position="A2")
    sent = {"what": "value", "well": well.pk, "reason": "a clot & a bubble", "confirmed": "1"}
    sent |= {"analyte": plate.plate_analytes.order_by("pk")[1].analyte_id}
    address = f"/studies/OWN/plates/{plate.pk}/exclude/"
    busy = lab.post(address, sent)
    by_htmx = lab.post(address, sent, headers={"HX-Request": "true"})
    with pytest.raises(Refused, match="try again in a minute"):
        judge_plate(plate_run=plate, by=None)
    go_on.set()
    importer.ended()
    assert (busy.status_code, by_htmx.status_code) == (409, 200)
    for page in (busy.content.decode(), by_htmx.content.decode()):
        assert "try again in a minute" in page
        assert 'value="a clot &amp; a bubble" autofocus' in page
        assert re.search(rf'value="{well.pk}"\s+checked', page)
        assert '<option value="value" selected>' in page
    assert not Exclusion.objects.filter(rule="excluded").exists()
