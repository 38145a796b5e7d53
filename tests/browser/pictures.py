"""Pictures of pages, for people to look at."""

from pathlib import Path

from playwright.sync_api import Error, Page

TRIES = 5


def take_picture(page: Page, path: Path) -> None:
    """The whole page as a picture. Just after its window was resized Chromium may not be able to yet."""
    for left in reversed(range(TRIES)):
        try:
            page.screenshot(path=path, full_page=True)
            return
        except Error:
            if not left:
                raise
            page.wait_for_timeout(500)
