"""A laboratory person in the browser: a plate comes in, two names are decided, and it is looked at."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from assays.models import AnalyteAlias, Measurement, PlateRun, Specimen
from studies.models import Membership, Study
from tests.browser.conftest import SCREENSHOTS
from tests.factories import StudyFactory, make_patient
from tests.integration.plates import catalogue
from tests.unit.formats.files import xponent

UNKNOWN = xponent().replace(b"IL1B", b"XY-9").replace(b"IL6", b"ZZ-1")


@pytest.fixture
def study(person: User) -> Study:
    catalogue()
    study = StudyFactory(code="ICI", title="Plates of a study")
    Membership.objects.create(user=person, study=study, role="laboratory")
    for number in (1, 2):
        patient = make_patient(study, subject_id=f"P{number}")
        Specimen.objects.create(
            study=study, patient=patient, label=f"S-{number}", timepoint="pre", material="plasma"
        )
    return study


def picture(page: Page, name: str) -> None:
    """The page as a desk and a telephone show it, by day and by night."""
    SCREENSHOTS.mkdir(exist_ok=True)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name} is {wide} px wider than a screen of {width} px"
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


def test_a_plate_comes_in_and_its_names_are_decided(
    page: Page, sign_in: Callable[[User], None], person: User, study: Study, tmp_path: Path
) -> None:
    file = tmp_path / "plate 1.csv"
    file.write_bytes(UNKNOWN)
    sign_in(person)
    page.goto("/studies/ICI/data/new/?kind=plate")
    page.set_input_files("input[name=file]", file)
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
    assert Measurement.objects.count() == 10
    assert AnalyteAlias.objects.filter(normalized__in=["xy9", "zz1"]).count() == 2
    assert PlateRun.objects.get().wells.filter(specimen__isnull=False).count() == 2
