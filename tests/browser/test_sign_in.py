"""Sign-in by password, and by password and second factor, as a person meets it."""

import time
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import hotp_value
from playwright.sync_api import Page, expect

from accounts.models import User
from studies.models import Study
from tests.browser.conftest import PASSWORD, SCREENSHOTS
from tests.browser.pictures import take_picture
from tests.factories import StudyFactory

NARROWEST = {"width": 360, "height": 740}


@pytest.fixture
def study(person: User) -> Study:
    study = StudyFactory(code="ENTRY")
    study.memberships.create(user=person, role="monitor")
    return study


def fits_the_narrowest_screen(page: Page) -> bool:
    wide = page.viewport_size
    page.set_viewport_size(NARROWEST)
    needed = page.evaluate("document.documentElement.scrollWidth")
    take_picture(page, SCREENSHOTS / f"account-{page.title().split(' ·')[0]}.png")
    page.set_viewport_size(wide)
    return bool(needed <= NARROWEST["width"])


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_a_wrong_password_is_told_in_place_and_the_right_one_leads_where_one_wanted(
    page: Page, person: User, study: Study
) -> None:
    page.goto("/studies/ENTRY/trail/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert fits_the_narrowest_screen(page)
    page.fill("input[name=login]", person.username)
    page.fill("input[name=password]", "wrong")
    press(page, "Sign in")
    expect(page.get_by_role("alert")).to_contain_text("not correct")
    page.fill("input[name=password]", PASSWORD)
    press(page, "Sign in")
    expect(page.get_by_role("heading", name="Trail")).to_be_visible()

    page.locator(".account-menu summary").click()
    press(page, "Sign out")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/studies/ENTRY/trail/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_light_or_dark_is_remembered(
    page: Page, sign_in: Callable[[User], None], person: User, study: Study
) -> None:
    sign_in(person)
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.locator(".account-menu summary").click()
    press(page, "Light or dark")
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    assert page.evaluate(ground) == dark


def test_the_account_pages_fit_a_phone(
    page: Page, sign_in: Callable[[User], None], person: User, study: Study
) -> None:
    sign_in(person)
    for address in ("password/change/", "logout/", "2fa/", "email/", "password/reset/"):
        page.goto(f"/account/{address}")
        expect(page.locator("h1")).to_have_count(1)
        assert fits_the_narrowest_screen(page), address
    page.goto("/no/such/page/")
    assert fits_the_narrowest_screen(page)


def test_a_second_factor_from_setting_up_to_the_last_recovery_code(
    page: Page, sign_in: Callable[[User], None], person: User, study: Study
) -> None:
    sign_in(person)
    page.locator(".account-menu summary").click()
    page.get_by_role("link", name="Second factor").click()
    assert fits_the_narrowest_screen(page)
    page.locator("a[href$='totp/activate/']").click()
    if "reauthenticate" in page.url:
        page.fill("input[name=password]", PASSWORD)
        press(page, "Confirm")
    secret = page.input_value("#authenticator_secret")
    expect(page.locator("main img")).to_be_visible()
    assert fits_the_narrowest_screen(page)
    page.fill("input[name=code]", "000000")
    press(page, "Activate")
    expect(page.locator("main .error")).to_contain_text("Incorrect code")
    page.fill("input[name=code]", f"{hotp_value(secret, int(time.time()) // 30):06d}")
    press(page, "Activate")
    codes = page.input_value("#recovery_codes").split()
    assert len(codes) == 10
    assert fits_the_narrowest_screen(page)

    page.locator(".account-menu summary").click()
    press(page, "Sign out")
    page.fill("input[name=login]", person.username)
    page.fill("input[name=password]", PASSWORD)
    press(page, "Sign in")
    expect(page.locator("input[name=code]")).to_be_visible()
    assert fits_the_narrowest_screen(page)
    page.fill("input[name=code]", codes[0])
    page.locator("input[name=code]").press("Enter")
    expect(page.get_by_role("navigation", name="Study")).to_be_visible()
    page.goto("/account/2fa/")
    expect(page.locator("main")).to_contain_text("9 out of 10 recovery codes")
