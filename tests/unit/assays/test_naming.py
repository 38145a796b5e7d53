"""Names of analytes on plates: what of them counts, and when a person is asked."""

import pytest
import yaml
from django.core.management import call_command

from assays.imports.plates.names import AnalyteNames, accessions, keys_of, plain_name
from assays.management.commands.load_analytes import CATALOGUE
from assays.models import normalize
from assays.models.catalogue import UNIPROT


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Hu IL-1b (32)", "IL-1b"),
        ("Human IL-6", "IL-6"),
        ("hu_TNF-a (36)", "TNF-a"),
        ("IL-12(p70) (75)", "IL-12(p70)"),
        ("IL6 (OID00482)", "IL6"),
        ("HuR", "HuR"),
        ("Mo IL-6 (19)", "Mo IL-6"),
    ],
)
def test_bead_region_and_the_human_species_do_not_count(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_a_bead_region_never_becomes_part_of_a_name() -> None:
    assert keys_of("IL-1 (7)") == ("il1",)  # and not IL-17


def test_three_spellings_have_one_key() -> None:
    assert {keys_of(name)[-1] for name in ("Hu IL-1b (32)", "IL-1β", "IL1B")} == {"il1b"}


def test_accessions_are_told_apart_and_lose_their_isoform() -> None:
    assert accessions("P29459-1;P29460") == ("P29459", "P29460")


def test_the_catalogue_has_no_name_twice_and_only_true_accessions() -> None:
    entries = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    names = [
        {normalize(name) for name in (entry["symbol"], entry["name"], *entry["aliases"])}
        for entry in entries
    ]
    assert sum(map(len, names)) == len(set().union(*names))
    for entry in entries:
        UNIPROT(entry["uniprot"])


@pytest.mark.django_db
class TestResolution:
    @pytest.fixture(autouse=True)
    def _catalogue(self) -> None:
        call_command("load_analytes", verbosity=0)

    def test_the_names_of_two_kits_resolve(self) -> None:
        kit = ["Hu MCP-1(MCAF) (53)", "Hu PDGF bb (47)", "Hu FGF basic (44)", "Hu IFN-g (21)"]
        found = AnalyteNames({}, ()).resolve((name, "") for name in kit).found
        assert [analyte.symbol for analyte in found.values()] == ["CCL2", "PDGFB", "FGF2", "IFNG"]

    def test_a_mouses_analyte_is_asked(self) -> None:
        (question,) = AnalyteNames({}, ()).resolve([("Mo IL-6 (19)", "")]).questions
        assert "no analyte of this name" in question.why

    @pytest.mark.alone
    def test_uniprot_resolves_what_the_name_does_not(self) -> None:
        found = AnalyteNames({}, ()).resolve([("Fancy 1", "P05231")]).found
        assert found["Fancy 1"].symbol == "IL6"

    def test_a_heterodimer_agrees_by_either_chain(self) -> None:
        found = AnalyteNames({}, ()).resolve([("IL-12B", "P29459;P29460")]).found
        assert found["IL-12B"].symbol == "IL12B"

    def test_what_a_person_said_stands_before_everything(self) -> None:
        found = AnalyteNames({"IL6": "SPP1"}, ()).resolve([("IL6", "P05231")]).found
        assert found["IL6"].symbol == "SPP1"

    def test_a_name_left_out_is_neither_found_nor_asked(self) -> None:
        named = AnalyteNames({}, ["Beads"]).resolve([("Beads", "")])
        assert (named.left_out, named.questions) == (["Beads"], [])
