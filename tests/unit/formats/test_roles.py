"""What a well's name says of it: usual names of standards, blanks and controls, and people who are called alike."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assays.formats import read_plate
from assays.formats.reading import SampleType
from assays.formats.roles import TypedBy, parts_of, roles_of
from tests.unit.formats.files import as_csv, intelliflex_rows, xponent

PEOPLE = [f"PAT{i:02}" for i in range(1, 9)]


def told(*names, **context):
    """Type of each name on a plate with these people; open questions as "open"."""
    roles = roles_of([*names, *PEOPLE], **context)[: len(names)]
    return ["open" if r.typed_by == TypedBy.OPEN else r.kind.value for r in roles]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *[(n, "standard") for n in ("S", "S1", "Std 1", "STD-7", "std_03", "Standard A", "Cal 3")],
        *[(n, "standard") for n in ("African-Mix-Standard01", "Calibrator 2", "S 1/50", "標準1")],
        *[(n, "blank") for n in ("B", "b1", "Bkg", "BLK 2", "Zero", "Zero Standard", "Assay Buffer")],
        *[(n, "control") for n in ("NC", "PC 1:100", "Kit Control High", "CP3 1/50", "QC-H", "QC low")],
        *[(n, "control") for n in ("Level 1 control", "Ctrl 2", "Reference pool", "Plasma Pool 2")],
        *[(n, "control") for n in ("Neg", "POS 1/40", "IPC_2", "Control Low", "Bridge 1")],
        *[(n, "open") for n in ("Healthy-control-negative", "1/50", "Pool of P12", "C1")],
        *[(n, "sample") for n in ("PC - PAT06", "PC - HC12", "HC12", "Unknown1", "Basel 3", "SC-12-04")],
        *[(n, "sample") for n in ("CP-03-12", "Nakamura", "2-SERPR7295", "PCT-4", "P12 1:100", "", "sb")],
    ],
)  # fmt: skip
def test_usual_names_and_people_called_alike(name, kind):
    assert told(name) == [kind]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *[(n, "standard") for n in ("Ｓｔｄ　１", "Ｓ１", "標準液1", "標準液１", "検量線1", "検量線用標準液 3")],
        *[(n, "standard") for n in ("ｽﾀﾝﾀﾞｰﾄﾞ2", "キャリブレーター1", "標準物質 2", "Ｓ　１／５０")],
        *[(n, "control") for n in ("コントロール高", "ｺﾝﾄﾛｰﾙ低", "陽性コントロール", "陰性対照", "対照", "対照血清2")],
        *[(n, "control") for n in ("Low QC", "LQC", "MQC", "HQC 2", "High QC1", "QC 高", "ＰＣ　１：１００")],
        *[(n, "control") for n in ("Positivkontrolle", "Negativkontrolle 2", "プール血清", "高値コントロール1")],
        *[(n, "blank") for n in ("H2O", "Ｈ２Ｏ", "Water", "PBS", "pbs 2", "Leerwert", "ブランク１", "緩衝液", "水")],
        *[(n, "open") for n in ("RP1", "RP-7", "ＲＰ１", "Media", "Medium 2", "Matrix", "健常対照", "健常者コントロール3")],
        *[(n, "open") for n in ("PBS stim P12", "LLOQ 1", "QC of P12", "標準治療群", "培地")],
        *[(n, "sample") for n in ("RPS-12", "HQCP-3", "Waters 12", "Mediana 3", "田中　１", "ＰＡＴ０１", "PBSC-12")],
    ],
)  # fmt: skip
def test_names_of_other_countries_widths_and_laboratories(name, kind):
    assert told(name) == [kind]


WIDE = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)} | {" ": "　"})


@given(
    st.sampled_from(
        ["Std 1", "S1", "NC", "PC 1:100", "Bkg", "Kit Control High", "1/50", "P12", "RP1"]
    )
)
def test_a_name_in_full_width_is_the_same_name(name):
    assert told(name.translate(WIDE)) == told(name)
    assert parts_of(name.translate(WIDE)) == pytest.approx(parts_of(name), nan_ok=True)


def test_ids_of_people_who_are_called_like_reference_pools_or_standards():
    """A few are asked, as many as there are people are people; none is taken for another."""
    assert set(told(*(f"RP{i}" for i in range(1, 41)))) == {"sample"}
    assert set(told(*(f"Ｓ{i}" for i in range(1, 41)))) == {"sample"}
    assert set(told(*(f"PBS{i}" for i in range(1, 41)))) == {"open"}


def test_the_instruments_own_word_decides():
    words = [SampleType.SAMPLE, SampleType.STANDARD, *[SampleType.SAMPLE] * 8]
    roles = roles_of(["S1", "P7", *PEOPLE], said=words)
    assert [role.kind.value for role in roles[:2]] == ["sample", "standard"]
    assert {role.typed_by for role in roles} == {TypedBy.FILE}


def test_letters_are_people_beside_standards_of_a_sure_name():
    assert told("S1", "S2", "B", "Standard1", "Background0") == [
        *("sample", "sample", "sample", "standard", "blank")
    ]


def test_more_numbers_than_a_kit_has_are_people():
    assert set(told(*(f"S{i}" for i in range(1, 41)))) == {"sample"}
    assert set(told(*(f"Ctrl {i}" for i in range(1, 30)))) == {"open"}
    assert {r.kind for r in roles_of([f"Ctrl {i}" for i in range(1, 30)])} == {SampleType.SAMPLE}
    assert {role.kind.value for role in roles_of([f"S{i}" for i in range(1, 8)])} == {"sample"}


def test_fluorescence_speaks_for_and_against_standards():
    names, people = [f"S{i}" for i in range(1, 8)], [5.0] * len(PEOPLE)
    falling = [70.0, 60, 50, 40, 30, 20, 10]
    mixed = [10.0, 60, 20, 70, 15, 50, 30]
    assert set(told(*names, brightness=[*falling, *people])) == {"standard"}
    assert set(told(*names, brightness=[*mixed, *people])) == {"open"}
    assert told("B", brightness=[1, *people]) == ["blank"]
    assert told("B", brightness=[9, *people]) == ["open"]


def test_one_thing_diluted_step_by_step_is_a_curve():
    steps = [f"1/{n}" for n in (50, 250, 1250, 6250)]
    assert set(told(*(f"CP3 {step}" for step in steps))) == {"standard"}
    assert set(told(*(f"WHO {step}" for step in steps))) == {"standard"}
    assert told(*(f"CP3 {step}" for step in steps[:2])) == ["control", "control"]
    both = [f"{who} {step}" for who in ("PAT40", "PAT41") for step in steps]
    assert set(told(*both)) == {"sample"}


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("PC 1:100", ("PC", 100)),
        ("CP3 1/50", ("CP3", 50)),
        ("S_1/2", ("S", 2)),
        ("1/400", ("", 400)),
    ],
)
def test_a_dilution_in_a_name(name, parts):
    assert parts_of(name) == parts


SURNAME = st.from_regex(r"[A-Z][a-z]{4,9}[ -][0-9]{2,4}", fullmatch=True)
CODE = st.from_regex(r"(PAT|CIRI|SUBJ|HC|NSCLC|KU)-?[0-9]{2,5}(-(pre|edt))?", fullmatch=True)


@given(st.lists(SURNAME | CODE, min_size=4, max_size=12, unique=True), st.randoms())
def test_people_are_people_in_any_order(people, order):
    words = {"Stand", "Blank", "Buffer", "Controls"}
    people = [p for p in people if p.split()[0].split("-")[0] not in words] or ["PAT1"]
    names = [*people, "Std 1", "B", "NC"]
    expected = {
        **dict.fromkeys(people, "sample"),
        "Std 1": "standard",
        "B": "blank",
        "NC": "control",
    }
    random.Random(order.random()).shuffle(names)
    assert {n: r.kind.value for n, r in zip(names, roles_of(names), strict=True)} == expected


def test_readers_use_it_and_say_so():
    content = xponent().replace(b"Standard1", b"S1").replace(b"Background0", b"B")
    reading = read_plate(content)
    assert reading.wells.sample_type.tolist() == [
        *("blank", "standard", "control", "sample", "sample")
    ]
    assert reading.wells.typed_by.tolist() == ["guess", "file", "file", "file", "file"]
    assert "Taken for blanks by their names: B (1 in all)." in reading.notes
    assert reading.standards.expected.tolist() == [1000, 1000]  # the file lists S1 as a standard


def test_a_control_of_an_intelliflex_is_known_by_its_name():
    rows = intelliflex_rows()
    rows[2][rows[0].index("SAMPLE ID")] = "Kit Control High"
    reading = read_plate(as_csv(rows))
    assert reading.wells.sample_type.tolist() == ["sample", "control", "standard"]
    assert reading.controls["sample"].unique().tolist() == ["Kit Control High"]


def test_a_long_name_costs_no_time():
    assert told(" " * 20_000 + "x", "a" * 20_000 + " std") == ["sample", "sample"]
