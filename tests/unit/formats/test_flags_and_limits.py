"""Flags and limits as each reader tells them: at a limit, beside another flag, of nobody and of everybody."""

import math

import pandas as pd
import pytest

from assays.formats import Flag, PlateReading, SampleType, read_plate
from assays.formats.roles import TypedBy, brightness_of, parts_of, roles_of
from assays.formats.values import read_value
from tests.unit.formats.files import bioplex_sheets, workbook, xponent, xponent_blocks
from tests.unit.formats.olink_files import olink_long, olink_rows

STANDARD, CONTROL, SAMPLE = SampleType.STANDARD, SampleType.CONTROL, SampleType.SAMPLE


def flags(reading: PlateReading) -> dict[tuple[str, str], str]:
    rows = reading.measurements
    return dict(zip(zip(rows["sample"], rows["analyte"], strict=True), rows["flag"], strict=True))


# Bio-Plex


def bioplex(**cells: object) -> PlateReading:
    """A plate whose sample X3 has other cells in the first analyte, by column."""
    sheets = bioplex_sheets()
    first = next(iter(sheets.values()))
    header, row = first[5], next(row for row in first if row[1:2] == ["X3"])
    for name, cell in cells.items():
        row[header.index(name.replace("_", " "))] = cell
    return read_plate(workbook(sheets))


@pytest.mark.parametrize("mark", ["1", "true", "TRUE", "yes", "Yes"])
def test_what_the_operator_set_aside_is_an_outlier_in_every_spelling(mark: str) -> None:
    reading = bioplex(Outlier=mark)
    chosen = reading.measurements.query("sample == 'P-03'")
    assert chosen["flag"].tolist() == ["outlier", "in_range"]
    assert chosen["value"].tolist() == [77.31, 77.31]


def test_the_limits_of_a_bioplex_plate_are_of_its_standards_alone() -> None:
    """A control that is recovered well far above them tells nothing of the range."""
    sheets = bioplex_sheets()
    for name, rows in sheets.items():
        rows[13:13] = [
            [name, "C1", "G1,G2", 0, "", 9000, 8990, 3, 1, 5000.0, 5000, 100, 5000.0, 1, ""]
        ]
        rows.append(["Standard is accepted where its recovery is 70 - 130 %"])
    analytes = read_plate(workbook(sheets)).analytes
    assert analytes[["lloq", "uloq"]].to_numpy().tolist() == [[1006.0, 1006.0]] * 2


# Tables of no instrument


def test_no_beads_at_all_are_a_count() -> None:
    table = b"sample,analyte,value,beads\nS-1,IL6,3,0\nS-2,IL6,4,-1\n"
    mapping = {"layout": "long", "sample": "sample", "analyte": "analyte", "value": "value"}
    rows = read_plate(table, mapping=mapping | {"bead_count": "beads"}).measurements
    assert rows["bead_count"].fillna(-9).tolist() == [0, -9]


# xPONENT


def test_a_comment_of_extrapolation_changes_numbers_in_range_alone() -> None:
    blocks = xponent_blocks()
    for row in blocks["Comments"][1:]:
        row[2:4] = ["Extrapolated", "Extrapolated"]
    found = flags(read_plate(xponent(blocks)))
    assert found["S-1", "IL1B"] == "extrapolated"
    assert found["S-1", "IL6"] == "below_lloq"
    assert found["S-2", "IL1B"] == "above_uloq"
    assert found["Background0", "IL6"] == "missing"


def test_a_curve_without_an_asymmetry_has_an_asymmetry_of_one() -> None:
    blocks = xponent_blocks()
    letters = {"A": "5", "B": "20000", "C": "150", "D": "-1.1"}
    blocks["Analysis Coefficients"] = [
        ["Name", "IL1B", "IL6"],
        *([f"Coefficient {letter}", number, number] for letter, number in letters.items()),
    ]
    curve = read_plate(xponent(blocks)).analytes["curve"].iloc[0]
    assert curve == "FI = 5 + (20000 - 5) / ((1 + (Conc / 150)^-1.1))^1"


def test_what_a_file_lists_among_standards_and_among_controls_is_a_standard() -> None:
    blocks = xponent_blocks()
    blocks["Standard Expected Concentration"].append(["S-1", "4", "8"])
    blocks["Control Expected Concentration"] = [["Reagent", "IL1B", "IL6"], ["S-1", "4", "8"]]
    reading = read_plate(xponent(blocks))
    assert reading.wells["sample_type"].tolist()[3:] == ["standard", "sample"]
    assert reading.standards["expected"].tolist() == [1000, 1000, 4, 8]


# Olink


def wide(*limits: list[object], values: tuple[object, ...] = (6.5, 1.5, 4.0)) -> PlateReading:
    """Three samples of one panel on plates P1, P1 and P2, with the rows of limits that are told."""
    rows = olink_rows()[:15]
    for row, value in zip(rows[11:14], values, strict=True):
        row[1:3] = [value, value]
    return read_plate(workbook({"INF": [*rows, *limits, ["Missing Data freq.", 0, 0.5]]}))


def told(reading: PlateReading) -> list[str]:
    rows = reading.measurements
    return rows.loc[rows["analyte"] == "IL8", "flag"].tolist()


def test_a_value_at_a_limit_of_quantification_is_in_range() -> None:
    limits: tuple[list[object], ...] = (["LLOQ", 1.5, 1], ["ULOQ", 6.5, 100])
    assert told(wide(*limits)) == ["in_range"] * 3
    assert told(wide(*limits, values=(6.51, 1.49, 4.0))) == ["above_uloq", "below_lloq", "in_range"]


def test_an_extrapolated_value_below_a_limit_stays_extrapolated() -> None:
    assert told(wide(["LOD", 2, 2], values=("*1.5", 1.5, 4.0))) == [
        *("extrapolated", "below_lloq", "in_range")
    ]
    content = olink_long().replace(b";0.5\n", b";*0.5\n")
    assert flags(read_plate(content))["S1", "IL8"] == "extrapolated"
    assert flags(read_plate(olink_long()))["S1", "IL8"] == "below_lloq"


def test_of_two_rows_of_a_limit_the_higher_holds() -> None:
    reading = wide(["LOD", 1, 3], ["LOD", 2, 1])
    assert reading.analytes["lloq"].tolist() == [2, 3]
    assert told(reading) == ["in_range", "below_lloq", "in_range"]


def test_a_plate_limit_that_names_no_plate_holds_for_all() -> None:
    reading = wide(["Plate LOD", 5, 5, ""], ["Plate LOD", 1, 1, "P1"])
    assert told(reading) == ["in_range", "below_lloq", "below_lloq"]


def test_limits_that_are_alike_on_every_plate_do_not_differ() -> None:
    alike = wide(["Plate LOD", 2, 2, "P1"], ["Plate LOD", 2, 2, "P2"])
    other = wide(["Plate LOD", 2, 2, "P1"], ["Plate LOD", 2.5, 2, "P2"])
    assert [any("differ between plates" in n for n in r.notes) for r in (alike, other)] == [
        *(False, True)
    ]


def test_a_limit_of_quantification_is_a_limit_that_is_told() -> None:
    without = "The file tells no limits of detection: no value could be held against one."
    assert without in wide().notes
    assert without not in wide(["LLOQ", 1, 1]).notes
    assert without not in wide(["LOD", 1, 1]).notes


# Names of wells


def test_a_dilution_of_nothing_is_none() -> None:
    assert parts_of("PC 1:4") == ("PC", 4)
    name, dilution = parts_of("PC 1:0")
    assert name == "PC"
    assert math.isnan(dilution)


def test_brightness_is_the_mean_rank_within_each_analyte() -> None:
    """An analyte of great numbers weighs no more than another; a well that is not told of has none."""
    rows = pd.DataFrame(
        [
            *(("A1", "IL6", 10.0), ("A2", "IL6", 20.0), ("A3", "IL6", 30.0)),
            *(("A1", "IL8", 9000.0), ("A2", "IL8", 1000.0), ("A3", "IL8", 8000.0)),
        ],
        columns=["well", "analyte", "mfi"],
    )
    found = brightness_of(["A3", "A2", "A1", "A4"], rows)
    assert found[:3] == [2.5, 1.5, 2.0]
    assert math.isnan(found[3])


def test_what_the_file_lists_is_so_whatever_the_word_for_its_wells_is() -> None:
    listed, other = roles_of(["P7", "P8"], said=[SAMPLE, SAMPLE], known={"P7": STANDARD})
    assert (listed.kind, listed.typed_by) == (STANDARD, TypedBy.FILE)
    assert (other.kind, other.typed_by) == (SAMPLE, TypedBy.FILE)


def kinds(*names: str, **context: object) -> list[str]:
    """The type of each name beside a few people; what is asked about as "open"."""
    people = [f"PAT{n:02}" for n in range(1, 9)]
    roles = roles_of([*names, *people], **context)[: len(names)]  # type: ignore[arg-type]
    return ["open" if r.typed_by == TypedBy.OPEN else r.kind.value for r in roles]


@pytest.mark.parametrize(
    ("name", "most", "kind"),
    [("Std", 20, "standard"), ("Ctrl", 12, "control"), ("Bkg", 12, "blank")],
)
def test_as_many_numbers_as_a_kit_has_are_believed_and_one_more_is_not(
    name: str, most: int, kind: str
) -> None:
    numbered = [f"{name} {n}" for n in range(1, most + 2)]
    assert set(kinds(*numbered[:-1])) == {kind}
    assert set(kinds(*numbered)) == {"open"}


def test_a_control_without_a_number_stays_one_beside_too_many_that_have_one() -> None:
    found = kinds("Ctrl", *(f"Ctrl {n}" for n in range(1, 14)))
    assert found[0] == "control"
    assert set(found[1:]) == {"open"}


@pytest.mark.parametrize(
    ("letter", "most", "kind"), [("S", 16, "standard"), ("B", 8, "blank"), ("C", 4, "control")]
)
def test_as_many_letters_as_a_kit_has_are_believed_and_one_more_is_not(
    letter: str, most: int, kind: str
) -> None:
    beside = [] if letter == "S" else ["S1"]
    lettered = [f"{letter}{n}" for n in range(1, most + 2)]
    assert set(kinds(*beside, *lettered[:-1])[len(beside) :]) == {kind}
    assert set(kinds(*beside, *lettered)[len(beside) :]) == {"sample"}


def test_four_numbers_without_an_order_of_fluorescence_are_asked_about() -> None:
    """Ranks 1, 4, 2, 3: Spearman's rho is 1 - 6 * 6 / 60 = 0.4; of three numbers it says nothing."""
    people = [5.0] * 8
    names = ["S1", "S2", "S3", "S4"]
    assert set(kinds(*names, brightness=[10.0, 40, 20, 30, *people])) == {"open"}
    assert set(kinds(*names, brightness=[10.0, 30, 20, 40, *people])) == {"standard"}
    assert set(kinds(*names[:3], brightness=[10.0, 30, 20, *people])) == {"standard"}


def test_a_name_of_the_instruments_software_is_a_guess_where_its_word_is_another() -> None:
    (alone,) = roles_of(["Standard1"])
    (unlike,) = roles_of(["Standard1"], said=[SAMPLE])
    assert (alone.kind, alone.typed_by, alone.number) == (STANDARD, TypedBy.FILE, 1)
    assert (unlike.kind, unlike.typed_by, unlike.number) == (STANDARD, TypedBy.GUESS, 1)


def test_a_sample_by_the_instruments_word_is_one_in_however_many_dilutions() -> None:
    names = [f"X {step}" for step in ("1/50", "1/250", "1/1250", "1/6250")]
    assert {role.kind for role in roles_of(names)} == {STANDARD}
    assert {role.kind for role in roles_of(names, said=[SAMPLE] * 4)} == {SAMPLE}


def test_a_sample_by_the_instruments_word_is_not_asked_about() -> None:
    assert [role.typed_by for role in roles_of(["Pool of P12"])] == [TypedBy.OPEN]
    assert [role.typed_by for role in roles_of(["Pool of P12"], said=[SAMPLE])] == [TypedBy.FILE]


# Words for what is no number


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        (Flag.MISSING, ["", "***", "NaN", "NA", "n/a", "#N/A", "null", "None", "No data", "-"]),
        (Flag.OUTLIER, ["---"]),
        (Flag.BELOW_LLOQ, ["< LLOQ", "<LOQ", "< LOD", "<LQL", "OOR <", "<= 3.2", "<3"]),
        (Flag.ABOVE_ULOQ, ["> ULOQ", ">LOQ", "OOR >", ">= 3.2", ">3"]),
    ],
)
def test_every_word_of_the_instruments_for_what_is_no_number(flag: Flag, words: list[str]) -> None:
    found = {word: read_value(f" {word} ") for word in words}
    assert {word: how for word, (_number, how) in found.items()} == dict.fromkeys(words, flag)
    assert all(math.isnan(number) for number, _how in found.values())
