"""The menu of a study: what is in it, for whom, and where one is."""

import pytest
from django.test import Client
from django.urls import reverse

from studies.models import Study
from studies.navigation import MENU, menu_of
from studies.permissions import BY_ROLE, Capability
from tests.factories import StudyFactory, make_member

pytestmark = pytest.mark.django_db
ALL = ["Overview", "Patients", "Forms", "Specimens", "Plates", "Models", "Data", "Trail"]


@pytest.fixture
def study() -> Study:
    return StudyFactory()


def labels(study: Study, held: frozenset[Capability], path: str = "/") -> list[str]:
    return [str(link.label) for link in menu_of(study, held, path)]


def test_each_app_has_its_pages_in_it_in_this_order(study: Study) -> None:
    assert labels(study, frozenset(Capability)) == ALL


@pytest.mark.parametrize(
    ("role", "lacks"),
    [
        ("coordinator", {"Plates", "Models", "Trail"}),
        ("laboratory", {"Patients", "Models", "Trail"}),
        ("statistician", {"Trail"}),
        ("investigator", {"Plates", "Data", "Trail"}),
        ("monitor", {"Data"}),
    ],
)
def test_a_role_sees_what_it_may_open(study: Study, role: str, lacks: set[str]) -> None:
    assert set(ALL) - set(labels(study, BY_ROLE[role])) == lacks


def test_nobody_sees_a_line_without_a_capability(study: Study) -> None:
    assert labels(study, frozenset()) == []


@pytest.mark.parametrize("page", list(MENU))
def test_one_line_says_where_one_is_also_below_its_page(study: Study, page: str) -> None:
    url = reverse(page, args=[study.code])
    here = [link.url for link in menu_of(study, frozenset(Capability), url) if link.is_here]
    assert here == [url]
    below = [link.url for link in menu_of(study, frozenset(Capability), f"{url}1/") if link.is_here]
    assert below == ([] if page == "studies:overview" else [url])


def test_the_shell_shows_it_with_the_search(study: Study) -> None:
    client = Client()
    client.force_login(make_member(study, "statistician"))
    page = client.get(reverse("clinical:patients", args=[study.code])).content.decode()
    menu = page[page.index('class="main-nav"') : page.index("</nav>")]
    assert menu.count("<a ") == len(ALL) - 1
    assert menu.count('aria-current="page"') == 1
    assert 'id="shell-search"' in page
    client.force_login(make_member(study, "laboratory"))
    page = client.get(reverse("assays:plates", args=[study.code])).content.decode()
    assert 'id="shell-search"' not in page
