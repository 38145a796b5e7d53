"""The plate that is off, as the laboratory sees it: marked in its control chart, and told before a decision."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from assays.models import Measurement, PlateRun, Well
from assays.services.judging import judge_new
from studies.models import Membership, Study
from tests.browser.test_plates import picture
from tests.factories import StudyFactory, make_patient
from tests.unit.assays.plates import make_plate

FACTORS = (1.0, 1.12, 0.9, 1.05, 0.95, 1.08, 1.72)


@pytest.fixture
def plates(person: User) -> list[PlateRun]:
    """Seven plates of one lot, the last of them off; its fluorescence falls at the top of the standards."""
    study: Study = StudyFactory(code="ICI", title="Plates of a study")
    Membership.objects.create(user=person, study=study, role="laboratory")
    patients = [make_patient(study) for _ in range(4)]
    made = []
    for number, factor in enumerate(FACTORS, start=1):
        plate = make_plate(study, patients if number == 7 else [], name=f"Immune panel {number}")
        for position, sample, level in (("G12", "Control 1", 100.0), ("H12", "Control 2", 400.0)):
            well = Well.objects.create(
                plate_run=plate, position=position, sample_type="control", sample=sample
            )
            Measurement.objects.bulk_create(
                Measurement(
                    plate_run=plate, well=well, analyte_id=pk, value=level * factor * (1 + 0.02 * k),
                    value_text="x", unit="pg/mL", flag="in_range",
                )
                for k, pk in enumerate(plate.plate_analytes.values_list("analyte", flat=True))
            )  # fmt: skip
        made.append(plate)
    for expected, seen in ((1000.0, 9_000.0), (250.0, 14_000.0), (62.5, 4_000.0), (15.625, -2.0)):
        rows = Measurement.objects.filter(plate_run=made[-1], expected=expected)
        rows.update(net_mfi=seen, mfi=seen + 12)
    judge_new(made, None)
    return made


def test_the_plate_that_is_off_is_marked_in_its_chart_and_what_follows_is_told_first(
    page: Page, sign_in: Callable[[User], None], person: User, plates: list[PlateRun]
) -> None:
    sign_in(person)
    page.goto(f"/studies/ICI/plates/{plates[-1].pk}/")
    expect(page.get_by_text("controls lie 63.8 % above their target").first).to_be_visible()
    expect(page.get_by_text("All 3 by “distance between plates”")).to_be_visible()
    expect(page.locator(".chart svg, .chart canvas").first).to_be_visible()
    expect(page.get_by_text("without net fluorescence above zero")).to_be_visible()
    picture(page, "plate-that-is-off")
    page.locator("#guide-reason").fill("the first of the lot")
    page.get_by_role("button", name="Take this plate into the guide set").click()
    expect(
        page.get_by_text("By the rules this means: 18 new exclusions, 3 exclusions lifted.")
    ).to_be_visible()
    picture(page, "plate-what-follows")
    page.get_by_role("link", name="Leave as it is").click()
    page.goto("/studies/ICI/plates/rules/")
    picture(page, "plate-rules")
    page.get_by_role("link", name="Change").click()
    picture(page, "plate-rules-change")
