"""A data dictionary of REDCap as a definition: types, choices, words, identifiers, and what is said of the rest."""

import pytest

from clinical.dictionary.definition import Code, Range, Type
from clinical.dictionary.redcap import NoDictionary, Project, read_project
from clinical.dictionary.redcap.plain import strip_markup
from clinical.dictionary.redcap.tables import DICTIONARY
from tests.unit.clinical.dictionary.redcap_files import (
    RECORD_ID,
    as_csv,
    bring,
    bring_one,
    dictionary,
    field,
    file,
    told,
)


@pytest.mark.parametrize(
    ("kind", "validation", "expected"),
    [
        ("text", "", Type.TEXT),
        ("text", "email", Type.TEXT),
        ("text", "date_ymd", Type.DATE),
        ("text", "date_dmy", Type.DATE),
        ("text", "datetime_mdy", Type.DATETIME),
        ("text", "datetime_seconds_ymd", Type.DATETIME),
        ("text", "time", Type.TIME),
        ("text", "time_mm_ss", Type.TEXT),
        ("text", "integer", Type.INTEGER),
        ("text", "number", Type.DECIMAL),
        ("text", "number_2dp_comma_decimal", Type.DECIMAL),
        ("notes", "", Type.TEXT),
        ("yesno", "", Type.YES_NO),
        ("truefalse", "", Type.YES_NO),
        ("slider", "number", Type.INTEGER),
        ("file", "signature", Type.FILE),
        ("descriptive", "", Type.HEADING),
        ("sql", "", Type.TEXT),
    ],
)
def test_a_type(kind: str, validation: str, expected: Type) -> None:
    assert bring_one(field("x", kind, validation=validation)).type is expected


def test_choices_are_divided_at_bars_and_the_first_comma() -> None:
    brought = bring(
        field("a", "radio", choices="1, one, or less|02,<b>two</b> | -4, | C, D | more"),
        field("b", "checkbox", choices="1, one, or less | 02, two | -4, | C, D | more"),
        field("c", "dropdown", choices="red | blue", validation="autocomplete"),
        field("d", "radio"),
    )
    found = brought.definition
    assert found.codes_of(found.item("a")) == (
        Code("1", {"en": "one, or less"}),
        Code("02", {"en": "two"}),
        Code("-4"),
        Code("C", {"en": "D | more"}),
    )
    assert (found.item("a").codes, found.item("b").codes, found.item("b").type) == ("a", "a", Type.CODES)  # fmt: skip
    assert [one.code for one in found.codes_of(found.item("c"))] == ["red", "blue"]
    assert found.item("d").type is Type.TEXT
    assert "a: “more” has no code before it" in told(brought)
    assert "d has no choices and is a text here." in told(brought)
    assert found.item("a").source_text["select_choices_or_calculations"].startswith("1, one")


def test_bounds_ask_for_a_second_look_and_refuse_where_they_are_forced() -> None:
    assert bring_one(field("x", validation="number", low="1", high="2.5")).range == Range(usual_low=1, usual_high=2.5)  # fmt: skip
    forced = field("x", validation="integer", low="1", note="@FORCE-MINMAX please")
    assert bring_one(forced).range == Range(low=1)
    brought = bring(
        field("x", validation="date_ymd", low="today"),
        field("y", validation="number", low="[x]", high="5"),
        field("z", validation="number", low="9", high="5"),
    )
    assert [brought.definition.item(name).range for name in "xyz"] == [Range()] * 3
    assert "y: the bounds [x] – 5 are kept as text" in told(brought)
    assert brought.definition.item("x").source_text["text_validation_min"] == "today"


def test_what_tells_who_somebody_is_is_read_by_no_model() -> None:
    brought = bring(
        field("age_there", validation="integer", identifier="y", required_field="y"),
        field("count", validation="integer"),
    )
    named, other = (brought.definition.item(name) for name in ("age_there", "count"))
    assert (named.identifier, named.model_may_read, named.required) == (True, False, True)
    assert (other.identifier, other.model_may_read, other.required) == (False, True, False)
    assert "read by no model: age_there." in told(brought)


def test_words_are_plain_and_their_original_is_kept() -> None:
    item = bring_one(
        field(
            "x",
            label='<div class="rich">Body&nbsp;weight<br>in <b>kg</b></div>',
            field_note="as &lt;measured&gt;",
            note="@HIDDEN",
            custom_alignment="RH",
        )
    )
    assert (item.label, item.note) == ({"en": "Body weight\nin kg"}, {"en": "as <measured>"})
    assert item.source_text == {
        "field_type": "text",
        "field_label": '<div class="rich">Body&nbsp;weight<br>in <b>kg</b></div>',
        "field_note": "as &lt;measured&gt;",
        "field_annotation": "@HIDDEN",
        "custom_alignment": "RH",
    }


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("below 5 < 6 & more", "below 5 < 6 & more"),
        ("<script>alert(1)</script>seen", "seen"),
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ("予後<br/>二", "予後\n二"),
    ],
)
def test_markup_is_stripped(text: str, plain: str) -> None:
    assert strip_markup(text) == plain


def test_section_headers_make_groups_and_forms_follow_each_other() -> None:
    brought = bring(
        field("a"),
        field("b", section_header="<b>Second</b> part"),
        field("c"),
        field("d", form="other_form"),
    )
    base, other = brought.definition.forms
    assert [(one.name, one.label) for one in base.groups] == [("b", {"en": "Second part"})]
    assert [item.group for item in base.items] == ["", "b", "b"]
    assert base.items[1].source_text["section_header"] == "<b>Second</b> part"
    assert (other.name, other.label, other.items[0].group) == ("other_form", {"en": "Other form"}, "")  # fmt: skip


def test_the_first_row_is_the_subject_id_and_no_item() -> None:
    brought = bring(field("a", shown="[record_id] = '1'"))
    assert brought.record_id == "record_id"
    assert list(brought.definition.form_of_item) == ["a"]
    assert brought.definition.item("a").shown_when == ""
    assert "a: its branching logic is kept as text and it is always asked, for [record_id] is not known here." in told(brought)  # fmt: skip


def test_logic_is_translated_or_kept() -> None:
    brought = bring(
        field("n", validation="number"),
        field("c", "radio", choices="0, no | 1, yes", shown="[n] <> ''"),
        field("sum", "calc", choices="sum([n], [c])"),
        field("years", "calc", choices="datediff([n], 'today', 'y')"),
        field("word", note="@CALCTEXT(if([c] = '1', 'a (b', 'c')) @HIDDEN"),
        field("day", validation="date_ymd", note="@CALCDATE([n], 1, 'd')"),
        field("one", "calc", choices="[two] + 1"),
        field("two", "calc", choices="[one] + 1"),
    )
    item = brought.definition.item
    assert item("c").shown_when == "known(n)"
    assert item("sum").derived == "first_known(sum(n, number(c)), 0)"
    assert (item("years").derived, item("years").type) == ("", Type.DECIMAL)
    assert item("years").source_text["select_choices_or_calculations"] == "datediff([n], 'today', 'y')"  # fmt: skip
    assert item("word").derived == "if(known(c) and c = '1', 'a (b', 'c')"
    assert item("day").derived == ""
    assert {item("one").derived, item("two").derived} != {
        "two + 1",
        "one + 1",
    }  # a circle is broken
    words = told(brought)
    assert "sum: its logic was translated, where the sum of blanks alone is 0" in words
    assert "years: its calculation is kept as text and the value is entered, for “n” does not hold a day." in words  # fmt: skip
    assert "@HIDDEN is kept as text and does nothing here: word." in words


def test_what_a_dictionary_does_not_say_is_told() -> None:
    words = told(
        bring(
            field("q", "sql", choices="select 1"),
            field("s", "file", validation="signature"),
            field("v", validation="vmrn"),
            field("k", validation="number_comma_decimal"),
            field("m", "radio", choices="1, a", matrix_group_name="grid"),
            field("u", "hologram"),
        )
    )
    for said in ("“sql” are texts here: q.", "Signatures are files here: s.", "“vmrn” is not checked here: v.",
                 "decimal comma are written with a point here: k.", "in a matrix there and one below the other here: m.",
                 "“hologram” are texts here: u.", "No events are given"):  # fmt: skip
        assert said in words


def test_missing_data_codes_are_those_of_the_project() -> None:
    found = bring(field("a"), missing_codes="UNK, unknown | -999, not done").definition
    assert [(one.code, one.label) for one in found.missing_codes] == [
        ("UNK", {"en": "unknown"}),
        ("-999", {"en": "not done"}),
    ]


def test_headings_of_the_page_of_the_api_and_of_r_are_the_same() -> None:
    rows = [RECORD_ID, field("a", "radio", label="A", choices="1, one", identifier="y")]
    of_api = as_csv(rows, list(DICTIONARY))
    page = {"field_name": "Variable / Field Name", "select_choices_or_calculations": "Choices OR Calculations",
            "branching_logic": "Branching Logic (Show field only if...)", "identifier": "Identifier?"}  # fmt: skip
    named = {name: page.get(name, name.replace("_", " ").title()) for name in DICTIONARY}
    of_page = as_csv(
        [{named[k]: v for k, v in row.items()} for row in rows], [*reversed(named.values())]
    )
    of_r = as_csv([{name: row.get(name, "NA") for name in DICTIONARY} for row in rows], list(DICTIONARY))  # fmt: skip
    found = [read_project(Project(file(text))).definition for text in (of_api, "\ufeff" + of_page, of_r)]  # fmt: skip
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "project.csv: There is no column field_name, form_name, field_type, field_label."),
        ("", "project.csv: The file is empty."),
        (dictionary(field("9a"), field("b", form="")), "Row 3: “9a” is no name of a field or form"),
        (dictionary(field("9a"), field("b", form="")), "Row 4: “” is no name"),
        (dictionary(field("a"), field("A")), "Row 4: the field A stands in row 3, too."),
        ('field_name,form_name\n"a,b\n', "project.csv: "),
    ],
)  # fmt: skip
def test_what_is_no_dictionary_is_refused_with_everything_that_is_wrong(
    text: str, words: str
) -> None:
    with pytest.raises(NoDictionary) as caught:
        read_project(Project(file(text)))
    assert words in "\n".join(map(str, caught.value.problems))
