"""docs/seams.md is what the code registers."""

from pathlib import Path

from config.seams import as_markdown

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_of_seams_is_that_of_the_code() -> None:
    page = (ROOT / "docs/seams.md").read_text(encoding="utf-8")
    assert page == as_markdown(), "Write it anew: ./yogo manage seams --write"
