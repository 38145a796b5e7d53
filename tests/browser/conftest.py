"""A real Chromium against a real server. Skipped, with a sentence, where no Chromium is found."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from accounts.models import User
from tests.factories import UserFactory

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PASSWORD = "a long enough passphrase"
SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"

# Playwright's synchronous interface runs an event loop in this thread; Django would else refuse to
# use the database from it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.django_db(transaction=True))
            if CHROMIUM is None:
                item.add_marker(
                    pytest.mark.skip("No Chromium was found: install it (Debian: chromium).")
                )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    call_command("build_frontend", verbosity=0)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def _is_trouble(message: ConsoleMessage) -> bool:
    """Chromium also tells of a page that was refused with 403 or 404, which a test may ask for; a
    script or style that is missing is trouble."""
    refused = "status of 4" in message.text and "/static/" not in message.location["url"]
    return message.type in ("error", "warning") and not refused


@pytest.fixture
def page(browser: Browser, live_server: object) -> Iterator[Page]:
    """A fresh page at desktop width; the test fails on anything in its console."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900},
        base_url=str(live_server),
        locale="en-GB",
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    said: list[str] = []
    page.on(
        "console",
        lambda message: (
            said.append(f"{page.url}: {message.text}") if _is_trouble(message) else None
        ),
    )
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    yield page
    context.close()
    assert not said, said


@pytest.fixture
def sign_in(page: Page) -> Callable[[User], None]:
    """Sign in through the form, as people do."""

    def through_the_form(user: User) -> None:
        page.goto("/account/login/")
        page.fill("input[name=login]", user.username)
        page.fill("input[name=password]", PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/login" not in url)

    return through_the_form


@pytest.fixture
def person() -> User:
    return UserFactory(username="hanako", password=PASSWORD)
