"""A coordinator enrols a patient and enters what is known; wrong entries are explained in place."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from clinical.dictionary.reading import read_definition
from clinical.models import Patient
from clinical.selectors.record import find_form
from clinical.services.definitions import publish_definition
from studies.models import Membership, Study
from tests.browser.conftest import SCREENSHOTS
from tests.browser.pictures import take_picture
from tests.factories import CohortFactory, SiteFactory, StudyFactory, make_patient

FACTORS = "#pre-factors-1-1"


@pytest.fixture
def study(person: User) -> Study:
    study = StudyFactory(code="ENTRY")
    site = SiteFactory(study=study, code="A", name="Hospital A")
    SiteFactory(study=study, code="B", name="Hospital B")
    CohortFactory(study=study, code="prospective", kind="prospective")
    Membership.objects.create(user=person, study=study, role="coordinator", site=site)
    return study


def test_enrol_fill_a_form_and_follow_up(
    page: Page, sign_in: Callable[[User], None], person: User, study: Study
) -> None:
    sign_in(person)
    page.get_by_role("link", name="Enrol a patient").click()
    page.fill("[name=subject_id]", "A-1")
    assert page.locator("select[name=site] option").count() == 2, "one's own site only, and empty"
    page.select_option("[name=cohort]", label="prospective")
    page.fill("[name=index_date]", "2024-01-15")
    page.get_by_role("button", name="Enrol", exact=True).click()
    expect(page.get_by_role("heading", name="A-1")).to_be_visible()

    page.fill("[name=age]", "67")
    page.fill("[name=height]", "170")
    page.fill("[name=weight]", "65")
    page.select_option("[name=sex]", "female")
    page.select_option("[name=why-pdl1]", label="not done")
    page.get_by_role("button", name="Save Baseline factors").click()
    factors = page.locator(FACTORS)
    expect(factors).to_contain_text("22.5 kg/m²")
    expect(factors).to_contain_text("not done")
    # What cannot be is told at its field, and what was typed stays.
    factors.get_by_text("Change").click()
    page.fill(f"{FACTORS} [name=age]", "670")
    page.fill(f"{FACTORS} [name=bmi_reported]", "22")
    page.get_by_role("button", name="Save Baseline factors").click()
    expect(factors).to_contain_text("670 years cannot be")
    expect(page.locator(f"{FACTORS} [name=bmi_reported]")).to_have_value("22")
    take_picture(page, SCREENSHOTS / "form-refused.png")
    page.goto("/studies/ENTRY/patients/A-1/")

    page.fill("[name=new-contact_date]", "2024-03-01")
    page.select_option("[name=new-status]", "dead")
    page.fill("[name=new-progression_date]", "2024-02-01")
    page.get_by_role("button", name="Add the contact").click()
    expect(page.locator("main")).to_contain_text("46 days until death")
    expect(page.locator("main")).to_contain_text("17 days until progression or death")

    page.get_by_text("Add a contact").last.click()
    page.fill("[name=new-contact_date]", "2024-04-01")
    page.select_option("[name=new-status]", "alive")
    page.get_by_role("button", name="Add the contact").click()
    expect(page.locator("#follow-up")).to_contain_text("cannot lie after the death")
    take_picture(page, SCREENSHOTS / "patient-refused.png")
    assert Patient.objects.get(subject_id="A-1").follow_ups.count() == 1


def test_a_second_tab_does_not_overwrite_unseen(
    page: Page, sign_in: Callable[[User], None], person: User, study: Study
) -> None:
    patient = make_patient(study, site=study.sites.get(code="A"), subject_id="A-2")
    sign_in(person)
    address = "/studies/ENTRY/patients/A-2/"
    page.goto(address)
    other = page.context.new_page()
    other.goto(address)
    other.fill("[name=age]", "70")
    other.get_by_role("button", name="Save Baseline factors").click()
    expect(other.locator(FACTORS)).to_contain_text("70 years")
    page.fill("[name=age]", "60")
    page.get_by_role("button", name="Save Baseline factors").click()
    expect(page.locator(FACTORS)).to_contain_text("Somebody else has changed these values")
    row = find_form(patient, "pre", "factors")
    assert row is not None
    assert row.values == {"age": 70}


def test_search_from_anywhere_and_a_phone_without_sideways_scrolling(
    page: Page, sign_in: Callable[[User], None], person: User, study: Study
) -> None:
    make_patient(study, site=study.sites.get(code="A"), subject_id="A-3")
    make_patient(study, site=study.sites.get(code="B"), subject_id="B-3")
    sign_in(person)
    page.keyboard.press("/")
    page.keyboard.type("a-3")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="A-3")).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    for address in ("/studies/ENTRY/", "/studies/ENTRY/patients/", "/studies/ENTRY/patients/A-3/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
    assert page.goto("/studies/ENTRY/patients/B-3/").status == 404


CHECKED = """
name: checked
events: [{name: visit, label: Visit, forms: [lab]}, {name: events, label: Adverse events, forms: [{form: ae, repeats: true}]}]
forms:
  - name: lab
    label: Laboratory
    items: [{name: ldh, type: decimal, unit: U/L}, {name: ldh_uln, type: decimal, unit: U/L}]
    checks:
      - {name: high_uln, fires_when: ldh_uln > 400, severity: soft, message: {en: The upper limit of LDH is rarely above 400 U/L.}}
  - {name: ae, label: Adverse event, items: [{name: what, type: text, longest: 60}]}
"""


def test_a_check_that_asks_and_a_form_entered_in_error(
    page: Page, sign_in: Callable[[User], None], person: User, study: Study
) -> None:
    publish_definition(study=study, definition=read_definition(CHECKED), by=None)
    make_patient(study, site=study.sites.get(code="A"), subject_id="A-4")
    sign_in(person)
    page.goto("/studies/ENTRY/patients/A-4/")
    page.fill("[name=ldh]", "320")
    page.fill("[name=ldh_uln]", "480")
    page.get_by_role("button", name="Save Laboratory").click()
    lab = page.locator("#visit-lab-1-1")
    expect(lab).to_contain_text("The upper limit of LDH is rarely above 400 U/L. Say why")
    expect(page.get_by_label("Why is it right all the same?")).to_be_focused()
    take_picture(page, SCREENSHOTS / "check-asks.png")
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    take_picture(page, SCREENSHOTS / "check-asks-phone.png")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.keyboard.type("New analyser since March")
    page.keyboard.press("Enter")
    expect(lab).to_contain_text("New analyser since March")
    expect(page.locator("main")).to_contain_text("Saved.")

    lab.get_by_text("Entered in error?").click()
    take_picture(page, SCREENSHOTS / "form-to-void.png")
    lab.get_by_label("Reason").fill("of another patient")
    lab.get_by_role("button", name="Void this form").click()
    expect(lab).to_contain_text("Nothing entered yet.")
    voided = page.locator("#voided-forms")
    expect(voided).to_contain_text("of another patient")
    voided.get_by_text("Restore", exact=True).click()
    take_picture(page, SCREENSHOTS / "form-voided.png")
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    take_picture(page, SCREENSHOTS / "form-voided-phone.png")
    voided.get_by_label("Reason").fill("it was right")
    voided.get_by_role("button", name="Restore this form").click()
    expect(lab).to_contain_text("New analyser since March")
    expect(voided).to_have_count(0)
    lab.get_by_text("Entered in error?").click()
    take_picture(page, SCREENSHOTS / "form-to-void-phone.png")
