"""A panel of thousands of analytes that the catalogue does not know: named in one act, its pages short."""

import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assays.models import Analyte, Measurement, PlateAnalyte
from imports.models import ImportBatch
from imports.services.batches import commit_import
from studies.models import Study
from tests.factories import StudyFactory, make_member
from tests.integration.plates import catalogue, previewed

pytestmark = pytest.mark.django_db
MANY, SAMPLES = 3_072, 2


def explore(analytes: int, samples: int) -> bytes:
    """A long Explore export: symbols and accessions of their own, but for one assay of two panels, one that
    the catalogue has under another name, and one with two accessions."""
    lines = ["SampleID;OlinkID;UniProt;Assay;PlateID;WellID;NPX;LOD;SampleType"]
    for sample in range(samples):
        for n in range(analytes):
            told = (f"P{n // 100:02}A{n % 100:02}"[:4] + f"X{n % 10}", f"GENE{n}")
            told = (
                f"Q{n % 10}{chr(65 + n // 10 % 26)}{chr(65 + n // 260 % 26)}{n % 7}{n % 10}",
                told[1],
            )
            if n < 2:
                told = ("Q9Y6K9", "TWICE")
            elif n == 2:
                told = ("P05231", "IL-6 of Explore")
            elif n == 3:
                told = ("P29459_P29460", "BOTH")
            well = f"{'ABCDEFGH'[sample % 8]}{sample // 8 + 1}"
            lines.append(
                f"K-{sample};OID{n:05};{told[0]};{told[1]};Plate 1;{well};{n % 13}.5;0.1;SAMPLE"
            )
    return ("\n".join(lines) + "\n").encode()


@pytest.fixture
def study() -> Study:
    catalogue()
    return StudyFactory(code="BIG")


def test_thousands_of_names_are_accepted_in_one_act(study: Study) -> None:
    client = Client()
    client.force_login(make_member(study, "laboratory"))
    began = time.process_time()
    batch = previewed(study, explore(MANY, SAMPLES))
    questions = batch.preview["questions"]
    clear = [one for one in questions if one["is_clear"]]
    assert clear[0]["symbol"] == "GENE4"
    for address in (f"/studies/BIG/data/{batch.pk}/", f"/studies/BIG/data/{batch.pk}/names/"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = client.get(address).content.decode()
        assert len(queries) < 20
        assert len(page) < 300_000
        assert f"Add all {len(clear)} that are without doubt" in page
    found = client.get(f"/studies/BIG/data/{batch.pk}/names/?q=gene3071&show=clear")
    assert [one["name"] for one in found.context["questions"]] == ["GENE3071"]
    with CaptureQueriesContext(connection) as queries:
        client.post(f"/studies/BIG/data/{batch.pk}/names/", {"accept": "1"})
    assert Analyte.objects.filter(symbol__startswith="GENE").count() == len(clear)
    assert Analyte.objects.get(symbol="GENE4").uniprot == clear[0]["uniprot"]
    assert len(queries) < 60
    again = ImportBatch.objects.latest("pk")
    left = {one["name"]: one for one in again.preview["questions"]}
    assert left["BOTH"]["symbol"] == "BOTH"
    assert "IL-6 of Explore" not in left  # known by its accession
    client.post(
        f"/studies/BIG/data/{again.pk}/names/",
        {f"answer-{place}": "leave_out" for place in range(len(left))},
    )
    last = ImportBatch.objects.latest("pk")
    assert last.state == "previewed", last.message
    commit_import(batch=last, by=None)
    assert PlateAnalyte.objects.count() == MANY - len(left)
    assert Measurement.objects.count() == SAMPLES * (MANY - len(left))
    assert time.process_time() - began < 60
