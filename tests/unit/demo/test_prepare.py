"""prepare: what is needed, once; a second run has nothing to do."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from config.management.commands.prepare import files_digest

pytestmark = pytest.mark.django_db


@pytest.fixture
def folders(settings: Settings, tmp_path: Path) -> Path:
    settings.STATIC_ROOT = str(tmp_path / "static")
    settings.FRONTEND_BUILD = tmp_path / "frontend"
    settings.STATICFILES_DIRS = [settings.BASE_DIR / "static"]
    return tmp_path


def prepare(*options: str) -> tuple[str, str]:
    """What it shows, and what it tells."""
    shown, told = StringIO(), StringIO()
    call_command("prepare", *options, stdout=shown, stderr=told)
    return shown.getvalue(), told.getvalue()


def test_files_are_built_and_collected_once(folders: Path) -> None:
    shown, told = prepare()
    assert "collecting static files." in told
    assert shown == ""
    assert (folders / "static" / "yogo.css").is_file()
    assert (folders / "static" / "unfold").is_dir()
    built = [path.name for path in (folders / "frontend").rglob("*.js")]
    assert built
    assert list((folders / "static").rglob(built[0])), "what was just built is collected, too"
    assert prepare() == ("", "")


def test_a_change_of_what_they_come_from_builds_them_again(folders: Path) -> None:
    prepare("--files-only")
    (folders / "static" / ".prepared").write_text("another version")
    assert "Collecting static files." in prepare("--files-only")[1]
    assert (folders / "static" / ".prepared").read_text() == files_digest()


def test_files_that_cannot_be_built_are_told_and_leave_no_stamp(
    folders: Path, settings: Settings
) -> None:
    (folders / "frontend").write_text("a file where a folder belongs")
    with pytest.raises(CommandError, match=r"could not be built: .*frontend"):
        prepare()
    assert not (folders / "static" / ".prepared").exists()


def test_with_the_demonstration_it_shows_the_accounts(folders: Path, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    first, _told = prepare("--demo")
    again, told = prepare("--demo")
    assert "demo.manager" in first
    assert again == first
    assert told == ""
