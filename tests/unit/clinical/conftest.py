"""What the tests of this folder begin with."""

import pytest
from django.test import Client

from studies.models import Site, Study
from tests.factories import (
    CohortFactory,
    SiteFactory,
    StudyFactory,
    make_member,
)


@pytest.fixture
def study() -> Study:
    study = StudyFactory(code="ICI")
    SiteFactory(study=study, code="A", name="Hospital A")
    SiteFactory(study=study, code="B", name="Hospital B")
    CohortFactory(study=study)
    return study


@pytest.fixture
def site_a(study: Study) -> Site:
    return study.sites.get(code="A")


@pytest.fixture
def client(study: Study, site_a: Site) -> Client:
    """A coordinator at hospital A."""
    client = Client()
    client.force_login(make_member(study, "coordinator", site=site_a))
    return client
