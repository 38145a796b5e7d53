"""Which Yogo this is, on pages and in the API."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from studies.services.setup import create_study_token
from tests.factories import StudyFactory, make_member

CHANGES = (Path(settings.BASE_DIR) / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_changelog_begins_with_this_version() -> None:
    newest = next(line for line in CHANGES.splitlines() if line.startswith("## "))
    assert newest.split()[1] == settings.VERSION


@pytest.mark.django_db
def test_pages_and_api_tell_it_to_those_who_are_signed_in(client: Client) -> None:
    study = StudyFactory()
    user = make_member(study, "manager")
    assert settings.VERSION not in client.get("/account/login/").content.decode()
    client.force_login(user)
    page = client.get(f"/studies/{study.code}/").content.decode()
    assert f"Yogo {settings.VERSION}" in page
    _row, token = create_study_token(user=user, study=study, scope="read", name="t", by=None)
    answer = Client(headers={"authorization": f"Bearer {token}"}).get(
        f"/api/v1/studies/{study.code}/"
    )
    assert answer.json()["yogo_version"] == settings.VERSION
