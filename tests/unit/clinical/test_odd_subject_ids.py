"""An id with signs that mean something in addresses, pages and headers leads to its own patient everywhere."""

from html import unescape
from urllib.parse import quote

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils.http import parse_header_parameters

from modeling.web.rendering import figure_response
from studies.models import Site, Study
from tests.factories import make_member, make_patient

ODD = [
    "A%2F1", "50%", "A#1", "A?x=1&y=2", "A&amp;B", 'A"><b>1', "A'1", "患者 七", "A+B", "A;B", "1:2", "A..", "A{{x}}",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("subject", ODD)
def test_pages_lead_to_their_patient(
    study: Study, site_a: Site, client: Client, subject: str
) -> None:
    make_patient(site=site_a, subject_id=subject, index_date=None)
    client.force_login(make_member(study, "coordinator", site=site_a))
    base = f"/studies/{study.code}/patients/"
    address = base + quote(subject, safe="!$&'()*+,;=/~:@") + "/"
    linked = [unescape(part.split('"')[0]) for part in client.get(base).content.decode().split('href="')]  # fmt: skip
    assert address in linked
    assert client.get(base, {"q": subject}).headers["Location"] == address
    for page in (address, f"{address}enrolment/"):
        shown = client.get(page)
        assert shown.status_code == 200
        assert subject in unescape(shown.content.decode())
        assert "<b>1" not in shown.content.decode()


@pytest.mark.parametrize("name", ODD)
def test_a_figure_keeps_the_name_of_its_file(rf: RequestFactory, name: str) -> None:
    request: HttpRequest = rf.get("/")
    drawn = figure_response(
        request,  # type: ignore[arg-type]
        lambda _theme: {"mark": "point", "data": {"values": []}},
        name=name,
        extension="svg",
    )
    assert file_name(drawn) == f"{name}.svg"


def file_name(response: HttpResponse) -> str:
    kind, parameters = parse_header_parameters(response.headers["Content-Disposition"])
    assert kind == "attachment"
    return parameters["filename"].replace('\\"', '"')
