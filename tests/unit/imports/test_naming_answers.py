"""What a person may answer for a name, and what the catalogue and the file keep of it."""

import pytest

from assays.models import Analyte, AnalyteAlias
from assays.services.naming import NameChoice, name_analytes
from imports.models import ImportBatch
from imports.services.batches import preview_import
from studies.models import Study
from studies.refusals import Refused
from tests.integration.plates import previewed, reading
from tests.unit.imports.test_plate import read as read  # the fixtures
from tests.unit.imports.test_plate import study as study

pytestmark = [pytest.mark.django_db, pytest.mark.alone]
NAMES = ("ZZ", "QQ", "Hu XY-9 (14)")


@pytest.fixture
def batch(study: Study, read) -> ImportBatch:
    read(reading({"A1": "K-001"}, {name: ["1"] for name in NAMES}))
    return previewed(study)


def refused(batch: ImportBatch, *choices: NameChoice) -> dict[str, list[str]]:
    before = Analyte.objects.count(), AnalyteAlias.objects.count()
    with pytest.raises(Refused) as caught:
        name_analytes(batch=batch, choices=choices, by=None)
    assert (Analyte.objects.count(), AnalyteAlias.objects.count()) == before
    return caught.value.errors


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        (NameChoice("ZZ", "is", analyte=" "), "Choose an analyte"),
        (NameChoice("ZZ", "", analyte="SPP1"), "Choose an analyte"),
        (NameChoice("ZZ", "perhaps", analyte="SPP1"), "Choose an analyte"),
        (NameChoice("ZZ", "is", analyte="SPP11"), "no analyte “SPP11”"),
        (NameChoice("ZZ", "add", symbol="spp-1"), "already a name of SPP1"),
        (NameChoice("ZZ", "add", symbol="ZZ1", uniprot="p10451"), "as SPP1"),
        (NameChoice("ZZ", "add", symbol="ZZ1", uniprot="nonsense"), "UniProt"),
        (NameChoice("ZZ", "add", symbol=" "), "Give the new analyte a symbol"),
    ],
)
def test_an_answer_that_cannot_be_taken_is_named_beside_its_name(
    batch: ImportBatch, choice: NameChoice, told: str
) -> None:
    errors = refused(batch, choice)
    assert list(errors) == ["ZZ"]
    assert told.casefold() in " ".join(errors["ZZ"]).casefold()


def test_a_name_that_was_not_asked_for_and_no_answer_at_all_are_refused(batch: ImportBatch) -> None:
    (told,) = refused(batch, NameChoice("IL6", "leave_out"))["__all__"]
    assert str(told) == "“IL6” is not asked for."
    (told,) = refused(batch)["__all__"]
    assert str(told) == "Say what one of the names is."


def test_two_names_cannot_add_one_symbol_or_one_accession(batch: ImportBatch) -> None:
    twice = refused(
        batch,
        NameChoice("ZZ", "add", symbol="NEW1", uniprot="Q12345"),
        NameChoice("QQ", "add", symbol="NEW1"),
        NameChoice("Hu XY-9 (14)", "add", symbol="NEW2", uniprot="Q12345"),
    )
    assert "already a name of NEW1" in twice["QQ"][0]
    assert "as NEW1" in twice["Hu XY-9 (14)"][0]


def test_analytes_without_an_accession_are_not_one(batch: ImportBatch) -> None:
    again = name_analytes(
        batch=batch,
        choices=[
            NameChoice("ZZ", "add", symbol=" NEW1 ", full_name=" the new one "),
            NameChoice("QQ", "add", symbol="NEW2", uniprot=" q12345 "),
            NameChoice("Hu XY-9 (14)", "add", symbol="NEW3"),
        ],
        by=None,
    )
    made = Analyte.objects.filter(symbol__startswith="NEW").order_by("symbol")
    assert list(made.values_list("symbol", "name", "uniprot")) == [
        ("NEW1", "the new one", ""), ("NEW2", "NEW2", "Q12345"), ("NEW3", "NEW3", ""),
    ]  # fmt: skip
    assert set(AnalyteAlias.objects.filter(analyte__in=made).values_list("alias", flat=True)) == {
        *("ZZ", "QQ", "XY-9"),
    }
    assert preview_import(batch=again, by=None).preview.get("questions", []) == []


def test_an_analyte_that_is_added_can_be_chosen_for_the_next_name(batch: ImportBatch) -> None:
    name_analytes(
        batch=batch,
        choices=[
            NameChoice("ZZ", "add", symbol="NEW1"),
            NameChoice("QQ", "is", analyte="NEW1 – NEW1"),
        ],
        by=None,
    )
    assert AnalyteAlias.objects.get(alias="QQ").analyte.symbol == "NEW1"
