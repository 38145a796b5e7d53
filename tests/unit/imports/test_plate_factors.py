"""The dilution of a well from the file to the concentration that models take by our own curve."""

import pytest
from django.test import Client

from assays.models import Measurement, PanelPolicy, PlateAnalyte, PlateRun
from assays.quality.refit import Refit
from assays.selectors.curves import recompute
from assays.selectors.readings import readings
from assays.services.judging import judge_plate
from clinical.models import Patient
from imports.services.batches import commit_import
from studies.models import Study
from tests.factories import make_member
from tests.integration.plates import previewed
from tests.unit.imports.test_plate_wells import LAYOUT, intelliflex
from tests.unit.imports.test_plate_wells import study as study  # the fixture

pytestmark = pytest.mark.django_db

WELL, SUBJECT, CONCENTRATION = "A2", "S1", 150
LOST = "our own curve gives no concentration"


def imported(study: Study, written: str, layout: str = LAYOUT) -> tuple[PlateRun, bool]:
    """The plate, judged by our own curve, with a dilution of S1's well as written; whether it is told as lost."""
    content = intelliflex().replace(b"Unknown A2,4,", f"Unknown A2,{written},".encode())
    batch = previewed(study, content, layout=layout, mapping="unit: pg/mL")
    assert batch.state == "previewed", batch.message
    commit_import(batch=batch, by=None)
    run = PlateRun.objects.get()
    PanelPolicy.objects.create(study=study, panel=run.panel, concentration="refit")
    judge_plate(plate_run=run, by=None)
    run.refresh_from_db()
    return run, any(LOST in str(note) for note in run.notes)


def of_models(study: Study) -> tuple[float | None, str]:
    """What models take from S1's well."""
    found = readings(Patient.objects.filter(study=study), "pre", None).set_index("subject")
    value, flag = found.loc[SUBJECT, ["value", "flag"]]
    return (None if value != value else value), flag


@pytest.mark.parametrize(
    ("written", "factor"), [("400x", 400), ("１／４００", 400), ("", 1), ("1-400", None), ("11/400", None)]
)  # fmt: skip
def test_a_factor_that_was_given_is_never_taken_for_1(
    study: Study, written: str, factor: int | None
) -> None:
    """150 pg/mL in the well: times the factor where it can be read, missing and told where it cannot."""
    run, is_told = imported(study, written)
    assert is_told == (factor is None)
    value = None if factor is None else pytest.approx(CONCENTRATION * factor, rel=1e-4)
    assert of_models(study) == (value, "missing" if factor is None else "in_range")
    refit = Refit.from_dict(PlateAnalyte.objects.get(plate_run=run).refit)
    assert recompute(Measurement.objects.get(well__position=WELL), refit) == value
    client = Client()
    client.force_login(make_member(study, "laboratory"))
    page = client.get(f"/studies/ICI/plates/{run.pk}/", {"by": "refit"}).content.decode()
    assert ("the dilution factor cannot be read" in page) == (factor is None)


def test_a_layout_may_say_the_factor_that_the_file_could_not(study: Study) -> None:
    head, *rows = LAYOUT.splitlines()
    rows = [f"{row},{'1:400' if row.startswith(WELL) else ''}" for row in rows]
    imported(study, "1-400", "\n".join([f"{head},dilution", *rows]))
    assert of_models(study) == (pytest.approx(400 * CONCENTRATION, rel=1e-4), "in_range")


def test_a_person_may_say_the_factor_on_the_page_of_the_plate(study: Study) -> None:
    run, _ = imported(study, "1-400")
    client = Client()
    client.force_login(make_member(study, "laboratory"))
    said = {"position": WELL, "kind": "sample", "expected": "", "dilution": "400x"}
    said |= {"reason": "as pipetted", "confirmed": "1"}
    client.post(f"/studies/ICI/plates/{run.pk}/wells/", said)
    assert of_models(study) == (pytest.approx(400 * CONCENTRATION, rel=1e-4), "in_range")
