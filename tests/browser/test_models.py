"""Pages of a trained model in the browser: every part draws, a patient's why, two versions compared."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from modeling.models import ModelVersion
from modeling.presentation.parts import PARTS
from modeling.services.models import define_model
from modeling.services.training import request_training
from studies.models import Cohort, Membership, Site, Study
from tests.browser.conftest import SCREENSHOTS
from tests.browser.pictures import take_picture
from tests.factories import StudyFactory
from tests.jobs import do_all_jobs
from tests.unit.modeling.conftest import CLINICAL, add_patients

WIDTHS = {"desktop": 1280, "phone": 360}


@pytest.fixture
def study(person: User) -> Study:
    """Two models of sixty patients, trained, cross-validated and in use."""
    study = StudyFactory(code="SEEN")
    Site.objects.create(study=study, code="A", name="A")
    for code in ("discovery", "validation"):
        Cohort.objects.create(study=study, code=code, kind=code)
    Membership.objects.create(user=person, study=study, role="statistician")
    add_patients(study, "discovery", 60, seed=1)
    add_patients(study, "validation", 30, seed=2)
    for name, covariates in (("age-only", ["age"]), ("all-three", CLINICAL["covariates"])):
        body = CLINICAL | {"covariates": covariates}
        model = define_model(study=study, name=name, body=body, by=None).model
        request_training(model=model, by=None)
    do_all_jobs()
    return study


def see(page: Page, address: str, name: str) -> None:
    """Open a page at both widths: all its charts are drawn, and nothing sticks out sideways."""
    for device, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address)
        wanted = page.locator(".chart[data-src]").count()
        expect(page.locator(".chart svg.marks")).to_have_count(wanted)
        assert page.locator(".chart .message-error").count() == 0
        beyond = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert beyond <= 0, (address, device, beyond)
        take_picture(page, SCREENSHOTS / f"{name}-{device}.png")


def test_every_part_of_a_versions_page_is_drawn(
    page: Page, sign_in: Callable[[User], None], person: User, study: Study
) -> None:
    sign_in(person)
    for part in PARTS:
        see(page, f"/studies/SEEN/models/all-three/v1/?part={part}", f"version-{part}")
    version = ModelVersion.objects.get(model__name="all-three")
    assert version.cross_validation is not None
    expect(page.locator(".tile").first).to_contain_text(f"{version.cross_validation['c']:.3f}")
    page.get_by_role("link", name="Performance").click()
    expect(page.locator(".tabs [aria-current]")).to_have_text("Performance")


def test_a_patients_why_and_two_versions_side_by_side(
    page: Page, sign_in: Callable[[User], None], person: User, study: Study
) -> None:
    sign_in(person)
    page.goto("/studies/SEEN/patients/discovery-1-0/")
    charts = page.locator(".chart svg.marks")
    expect(charts).to_have_count(1)
    page.locator("summary", has_text="Why this score: all-three").click()
    expect(charts).to_have_count(2)
    take_picture(page, SCREENSHOTS / "patient-why.png")
    page.goto("/studies/SEEN/models/")
    page.get_by_role("link", name="Compare", exact=True).click()
    page.select_option("select[name=a]", "age-only:1")
    page.select_option("select[name=b]", "all-three:1")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".lead")).to_contain_text(re.compile("all-three v1"))
    see(page, page.url, "compare")
