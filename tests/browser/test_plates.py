"""A laboratory person in the browser: from the instrument's file to the scores that went stale."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from django.db.models import F
from playwright.sync_api import Page, expect

from accounts.models import User
from assays.models import AnalyteAlias, Measurement, Specimen, Well
from clinical.services.definitions import ensure_published
from modeling.models import Score, StaleMark
from modeling.services.models import define_model
from modeling.services.training import request_training
from studies.models import Membership, Study
from tests.browser.conftest import SCREENSHOTS
from tests.browser.pictures import take_picture
from tests.factories import CohortFactory, SiteFactory, StudyFactory
from tests.integration.plates import catalogue
from tests.jobs import do_all_jobs
from tests.unit.assays.plates import make_plate
from tests.unit.formats import files
from tests.unit.modeling.conftest import CLINICAL, add_patients

PATIENTS = 70
MODEL = CLINICAL | {
    "analytes": {"candidates": "all", "keep": 2, "scale": "log2"},
    "covariates": ["age"],
}


@pytest.fixture
def study(person: User) -> Study:
    """Patients with an outcome and a specimen each, which no plate has measured yet."""
    catalogue()
    study = StudyFactory(code="ICI", title="Plates of a study")
    Membership.objects.create(user=person, study=study, role="laboratory")
    SiteFactory(study=study)
    CohortFactory(study=study)
    add_patients(study, "discovery", PATIENTS, seed=1)
    ensure_published(study)
    Specimen.objects.bulk_create(
        Specimen(
            study=study, patient=patient, label=f"S-{n:02}", timepoint="pre", material="plasma"
        )
        for n, patient in enumerate(study.patients.order_by("pk"), start=1)
    )
    return study


@pytest.fixture
def plate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An xPONENT file of their specimens with two analytes that the catalogue does not know."""
    positions = [f"{row}{column}" for column in range(1, 13) for row in "ABCDEFGH"]
    names = ["Background0", "Standard1", "Control1", *(f"S-{n:02}" for n in range(1, PATIENTS + 1))]
    wells = tuple(zip(positions, names, strict=False))
    numbers = np.random.default_rng(3).lognormal(2, 0.6, (len(wells), 2)).round(3).astype(str)
    result = {well: tuple(row) for (well, _name), row in zip(wells, numbers.tolist(), strict=True)}
    result |= {"A1": ("NaN", "NaN"), "B1": ("1000.5", "990.25"), "E1": ("< 0.5", "> 2000")}
    monkeypatch.setattr(files, "WELLS", wells)
    content = files.xponent(files.xponent_blocks(result))
    file = tmp_path / "plate 1.csv"
    file.write_bytes(content.replace(b"IL1B", b"XY-9").replace(b"IL6", b"ZZ-1"))
    return file


def picture(page: Page, name: str) -> None:
    """The page as a desk and a telephone show it, by day and by night."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.wait_for_load_state()  # where a click has just opened the page
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name} is {wide} px wider than a screen of {width} px"
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            take_picture(page, SCREENSHOTS / f"{name}-{width}-{scheme}.png")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


def test_from_the_instruments_file_to_the_scores_that_went_stale(
    page: Page, sign_in: Callable[[User], None], person: User, study: Study, plate: Path
) -> None:
    sign_in(person)
    page.goto("/studies/ICI/data/new/?kind=plate")
    page.set_input_files("input[name=file]", plate)
    page.get_by_role("button", name="Show the preview").click()

    expect(page.get_by_role("heading", name="Names to decide on")).to_be_visible()
    picture(page, "plate-names")
    page.get_by_label("Analyte that XY-9 is").fill("IL1B")
    page.get_by_label("Analyte that ZZ-1 is").fill("IL-6")
    page.get_by_role("button", name="Remember and make the preview anew").click()
    expect(page.get_by_text("The names are remembered")).to_be_visible()
    picture(page, "plate-preview")
    page.get_by_role("button", name="Commit").click()
    expect(page.get_by_text("The file is loaded, all of it.")).to_be_visible()
    assert Measurement.objects.count() == 2 * (PATIENTS + 3)
    assert AnalyteAlias.objects.filter(normalized__in=["xy9", "zz1"]).count() == 2

    model = define_model(study=study, name="two-plex", body=MODEL, by=None).model
    request_training(model=model, by=None)
    do_all_jobs()
    assert Score.objects.filter(version__model=model).count() == PATIENTS

    page.get_by_role("link", name="Look at the plate plate 1").click()
    expect(page.get_by_role("heading", name="IL1B over the plate")).to_be_visible()
    picture(page, "plate")
    page.get_by_label("H1", exact=True).check()
    page.get_by_label("Reason", exact=True).last.fill("bubble in the well")
    page.get_by_role("button", name="Exclude").click()
    expect(page.get_by_text("This will make stale: 1 dataset, 1 version, 1 score.")).to_be_visible()
    picture(page, "plate-confirm")
    assert not StaleMark.objects.exists()
    page.get_by_role("button", name="Exclude").dblclick()
    expect(page.get_by_text("Stale now: 1 dataset, 1 version, 1 score")).to_be_visible()
    expect(page.get_by_text("bubble in the well").first).to_be_visible()
    expect(page.get_by_text("two-plex").first).to_be_visible()
    picture(page, "plate-excluded")
    well = Well.objects.get(position="H1")
    (stale,) = StaleMark.objects.filter(patient__isnull=False)
    assert stale.patient == well.specimen.patient


def test_the_rules_of_a_panel_are_changed_and_its_plates_judged_by_them(
    page: Page, sign_in: Callable[[User], None], person: User, study: Study
) -> None:
    plate = make_plate(study, list(study.patients.order_by("pk")[:6]))
    make_plate(study, list(study.patients.order_by("pk")[2:8]), name="plate 2")
    Measurement.objects.filter(plate_run=plate, specimen__isnull=False).update(value=F("value") * 2)
    sign_in(person)
    page.goto(f"/studies/ICI/plates/{plate.pk}/")
    expect(page.get_by_role("heading", name="in bridge samples")).to_be_visible()
    picture(page, "plate-bridges")
    page.goto("/studies/ICI/plates/")
    page.get_by_role("link", name="Rules").click()
    picture(page, "rules")
    page.get_by_role("link", name="Change").click()
    page.get_by_label("Fewest beads").fill("90")
    page.get_by_label("Recommended beads").fill("60")
    page.get_by_label("Why").fill("SOP 12")
    page.get_by_role("button", name="Keep the rules").click()
    picture(page, "rules-refused")
    page.get_by_label("Recommended beads").fill("100")
    page.get_by_role("button", name="Keep the rules").click()
    expect(page.get_by_text("By the rules this means: 72 new exclusions")).to_be_visible()
    picture(page, "rules-foretold")
    page.get_by_role("button", name="Keep the rules").click()
    expect(page.get_by_text("all plates of 30-plex are being judged")).to_be_visible()
    do_all_jobs()
    page.goto(f"/studies/ICI/plates/{plate.pk}/")
    expect(page.get_by_text("36 exclusions hold")).to_be_visible()
    page.goto("/studies/ICI/")
    expect(page.get_by_text("2 with values excluded from models")).to_be_visible()
    picture(page, "overview-plates")
    page.goto(f"/studies/ICI/specimens/{plate.wells.get(position='C2').specimen_id}/")
    expect(page.get_by_text("80 beads, fewer than 90").first).to_be_visible()
    picture(page, "specimen-excluded")
