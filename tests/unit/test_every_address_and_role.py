"""Deny by default: every address, for every role, in one's own study and in another's."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from studies.models import Membership
from studies.permissions import BY_ROLE
from tests.factories import (
    CohortFactory,
    SiteFactory,
    StudyFactory,
    UserFactory,
    make_member,
    make_patient,
)

pytestmark = pytest.mark.django_db

# Addresses outside studies, each with the reason why it is not behind `study_page`.
OTHERS = {
    "": "home: shows only one's own studies",
    "health/": "tells machines whether the process lives; no study data",
    "api": "answers that there is nothing",
}
PREFIXES = {
    "account/": "allauth's own pages about one's own account",
    "admin/": "django.contrib.admin: has_*_permission on every page (tests/unit/admin)",
    "api/": "tokens: every view names its permission (tests/unit/api/test_api.py)",
}
SAMPLE: dict[str, Any] = {
    "name": "model",
    "number": 1,
    "figure": "importance",
    "extension": "json",
    "pk": 1,
    "analyte": 1,
    "contact": 1,
    "voided": 1,
    "timepoint": "pre",
    "event": "pre",
    "form": "factors",
    "event_instance": 1,
    "form_instance": 1,
    "item": "age",
}


def addresses() -> list[tuple[str, Any]]:
    """Every address (as a pattern) with its view."""
    found: list[tuple[str, Any]] = []

    def walk(patterns: list[Any], prefix: str) -> None:
        for pattern in patterns:
            address = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, address)
            elif isinstance(pattern, URLPattern):
                found.append((address, pattern.callback))

    walk(get_resolver().url_patterns, "")
    return found


def of_a_study() -> list[tuple[str, Any]]:
    return [(a, view) for a, view in addresses() if a.startswith("studies/<str:code>/")]


def filled(address: str, **values: Any) -> str:
    return "/" + re.sub(r"<\w+:(\w+)>", lambda m: str((SAMPLE | values)[m.group(1)]), address)


def test_every_address_is_classified() -> None:
    for address, view in addresses():
        known = (
            address in OTHERS
            or any(address.startswith(prefix) for prefix in PREFIXES)
            or hasattr(view, "capabilities")
        )
        assert known, f"/{address} is behind no permission: use study_page, or say here why not"


def test_nobody_gets_anywhere_without_signing_in() -> None:
    client = Client()
    for address, _ in [*of_a_study(), ("", None)]:
        answer = client.get(filled(address, code="X", subject="S"))
        assert answer.status_code == 302, address
        assert answer["Location"].startswith("/account/login/"), address


@pytest.mark.parametrize("role", BY_ROLE)
def test_a_role_opens_what_it_may_and_nothing_else(role: str) -> None:
    study = StudyFactory(code="OWN")
    site = SiteFactory(study=study)
    patient = make_patient(study, site=site, cohort=CohortFactory(study=study))
    client = Client(raise_request_exception=True)
    client.force_login(make_member(study, role, site=site if role == "coordinator" else None))
    for address, view in of_a_study():
        url = filled(address, code="OWN", subject=patient.subject_id)
        statuses = {method(url).status_code for method in (client.get, client.post)}
        if view.capabilities & BY_ROLE[role]:
            assert 403 not in statuses, (role, url, statuses)
            assert max(statuses) < 500, (role, url, statuses)
        else:
            assert 403 in statuses, (role, url, statuses)
            assert statuses <= {403, 405}, (role, url, statuses)


def test_another_study_does_not_exist_for_those_who_have_no_role_in_it() -> None:
    patient = make_patient(StudyFactory(code="THEIRS"))
    client = Client()
    client.force_login(make_member(StudyFactory(code="OWN"), "manager"))
    for address, _ in of_a_study():
        url = filled(address, code="THEIRS", subject=patient.subject_id)
        statuses = {client.get(url).status_code, client.post(url).status_code}
        assert 404 in statuses, (url, statuses)
        assert statuses <= {404, 405}, (url, statuses)


def test_whatever_can_be_got_has_a_head() -> None:
    study = StudyFactory(code="OWN")
    patient = make_patient(study, site=SiteFactory(study=study), cohort=CohortFactory(study=study))
    person = make_member(study, "manager")
    for role in BY_ROLE.keys() - {"manager", "coordinator"}:
        Membership.objects.create(user=person, study=study, role=role)
    client = Client()
    client.force_login(person)
    for address, _ in of_a_study():
        url = filled(address, code="OWN", subject=patient.subject_id)
        got, headed = client.get(url), client.head(url)
        assert headed.status_code == got.status_code, url
        assert b"".join(headed) == b"", url


def test_a_coordinator_does_not_reach_another_hospitals_patient() -> None:
    study = StudyFactory(code="OWN")
    mine, theirs = SiteFactory(study=study), SiteFactory(study=study)
    CohortFactory(study=study)
    patient = make_patient(study, site=theirs)
    client = Client()
    client.force_login(make_member(study, "coordinator", site=mine))
    for address, _ in of_a_study():
        if "<str:subject>" in address:
            url = filled(address, code="OWN", subject=patient.subject_id)
            assert client.get(url).status_code in (404, 405), url
            assert client.post(url).status_code in (404, 405), url
    listed = client.get("/studies/OWN/patients/").content.decode()
    assert patient.subject_id not in listed


def test_someone_without_any_role_sees_a_friendly_page() -> None:
    client = Client()
    client.force_login(UserFactory())
    assert "no role in any study" in client.get("/").content.decode()


def test_pages_carry_the_strict_policy() -> None:
    answer = Client().get("/account/login/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert settings.SESSION_COOKIE_HTTPONLY


def test_an_address_with_a_nul_is_a_bad_request_not_a_failure() -> None:
    study = StudyFactory(code="OWN")
    client = Client()
    client.force_login(make_member(study, "monitor"))
    for address in ("/studies/%00/", "/studies/OWN/patients/?q=%00", "/studies/OWN/trail/?q=a%00"):
        assert client.get(address).status_code == 400, address
    assert client.get("/studies/OWN/trail/?until=2026-01-01T00:00:00%2B23:59").status_code == 200
