"""A catalogue of analytes in YAML: what it adds, what it leaves, and what it may not be."""

import pytest

from assays.models import Analyte, AnalyteAlias
from assays.services.catalogue import MAX_CATALOGUE_BYTES, load_analytes
from assays.services.consequences import LONGEST_REASON, check_reason
from studies.refusals import Refused

pytestmark = pytest.mark.django_db

TEXT = """
- {symbol: IL6, name: IL-6, uniprot: P05231, aliases: [BSF-2, IFN-beta-2]}
- {symbol: SPP1, name: osteopontin, uniprot: P10451}
- {symbol: CCL2, name: CCL2}
"""


@pytest.mark.alone
def test_analytes_and_names_are_added_once_and_counted() -> None:
    first = load_analytes(text=TEXT, by=None)
    # IL-6 reads as the symbol IL6, and CCL2 is the symbol: neither is another name.
    assert first == {"new analytes": 3, "new names": 3, "analytes already there": 0}
    assert set(AnalyteAlias.objects.values_list("alias", flat=True)) == {
        *("BSF-2", "IFN-beta-2", "osteopontin"),
    }
    assert Analyte.objects.get(symbol="CCL2").uniprot == ""
    again = load_analytes(text=TEXT, by=None)
    assert again == {"new analytes": 0, "new names": 0, "analytes already there": 3}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("symbol: IL6", "A catalogue is a list of analytes"),
        ("- {symbol: IL6}", "symbol"),
        ("- {name: IL-6}", "symbol"),
        ("- {symbol: IL6, name: IL-6, unprot: P05231}", "uniprot"),
        ("- {symbol: A1, name: x}\n- {symbol: A2, name: x}", "already a name of A1"),
        ("- [", "line 2: It is not valid YAML"),
        ("#" * (MAX_CATALOGUE_BYTES + 1), "2"),
    ],
)
@pytest.mark.alone
def test_what_is_no_catalogue_is_refused_and_adds_nothing(text: str, told: str) -> None:
    with pytest.raises(Refused, match=told):
        load_analytes(text=text, by=None)
    assert not Analyte.objects.exists()


def test_a_reason_is_neither_empty_nor_endless() -> None:
    assert check_reason("  a\0 bubble ") == "a bubble"
    assert check_reason("x" * LONGEST_REASON) == "x" * LONGEST_REASON
    with pytest.raises(Refused, match="Say why"):
        check_reason(" \0 ")
    with pytest.raises(Refused, match=f"at most {LONGEST_REASON} characters"):
        check_reason("x" * (LONGEST_REASON + 1))
