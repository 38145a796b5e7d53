"""Every part of a mapping is checked where it stands: nothing is taken in silence, and nothing is a fault of ours."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assays.imports.plates.mapping import PlateMapping, plate_mapping
from imports.reading import read_mapping
from studies.refusals import Refused
from tabular.checked_yaml import write_yaml
from tests.mappings import nsclc_assay_mapping, nsclc_mapping

PLATE = [
    ("table: {sample: S, analytes: 5}", "table.analytes: write a list of texts"),
    ("table: {sample: S, analytes: true}", "table.analytes: write a list of texts"),
    ("table: {sample: S, analytes: {IL6: 1}}", "table.analytes: write a list of texts"),
    ("table: {sample: S, analytes: IL6}", "table.analytes: write a list of texts"),
    ("table: {sample: S, analytes: [IL6], decimal: x}", "table.decimal: “x” is not known here"),
    ('table: {sample: S, analytes: [IL6], decimal: [","]}', "table.decimal: write a text"),
    ("table: {sample: S, layout: wider}", "Did you mean “wide”?"),
    ("table: {sample: S, layout: long}", "a long file needs analyte and value"),
    ("table: {analytes: [IL6]}", "table.sample: name the column that holds the sample"),
    ("table: {sampel: S, analytes: [IL6]}", "Did you mean “sample”, “name”?"),
    ("table: 5", "table: write a section"),
    ("analytes: {Hu X: [IL6]}", "analytes.Hu X: write a text"),
    ("analytes: {Hu X: }", "analytes.Hu X: name the gene symbol"),
    ("wells: {S1: [sample]}", "wells.S1: write a text"),
    ("unit: pg/mL of serum or of plasma", "unit: write a unit of at most 20 characters"),
]


@pytest.mark.parametrize(("text", "said"), PLATE)
def test_a_plates_mapping(text, said):
    with pytest.raises(Refused) as refused:
        plate_mapping(text)
    assert said in str(refused.value)


ASSAY = "layout: wide\nsample: S\nsubject: P\ntimepoint: {constant: pre}\nunit: pg/mL\n"
ASSAY += "panel: {name: X}\nplate: {constant: 1}\nmaterial: plasma\n"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("analytes: {IL-6: }", "analytes.IL-6: name the gene symbol"),
        ("analytes: {IL-6: [IL6]}", "analytes.IL-6: write a section"),
        ("analyte_columns: IL-6", "analyte_columns: write a list of texts"),
    ],
)
def test_an_assays_mapping(more, said):
    assert read_mapping(ASSAY, nsclc_assay_mapping).unit == "pg/mL"
    with pytest.raises(Refused) as refused:
        read_mapping(ASSAY + more, nsclc_assay_mapping)
    assert said in str(refused.value)


CLINICAL = "layout: row_per_patient\nsubject_id: id\n"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("site: {column: S, coding: {1: [A]}}", "site.coding.1: write a text"),
        ("site: {column: S, names: {A: {x: 1}}}", "site.names.A: write a text"),
        ("cohort: {column: C, kinds: {A: [discovery]}}", "cohort.kinds.A: write a text"),
    ],
)
def test_a_clinical_mapping(more, said):
    with pytest.raises(Refused) as refused:
        read_mapping(CLINICAL + more, nsclc_mapping)
    assert said in str(refused.value)


SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["S", "long", "pre", ""])
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(SCALARS, inner, max_size=2),
    max_leaves=4,
)
KEYS = ("panel", "plate", "material", "unit", "analytes", "leave_out", "wells", "table", "sheet", "supersedes")  # fmt: skip


@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING, min_size=1))
def test_whatever_a_plates_mapping_holds_it_is_read_or_refused(mapping):
    with contextlib.suppress(Refused):
        assert isinstance(plate_mapping(write_yaml(mapping)), PlateMapping)
