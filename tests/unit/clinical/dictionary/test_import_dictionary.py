"""A REDCap project is published by one command: told before, all or nothing, and once."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clinical.dictionary.definition import without_identity
from clinical.models import Definition
from clinical.selectors.definitions import collected_by
from studies.models import Study
from tests.factories import StudyFactory
from tests.unit.clinical.dictionary.redcap_files import bring, dictionary, field

pytestmark = pytest.mark.django_db
ROWS = (
    field("n", validation="number", low="0", note="@HIDDEN"),
    field("c", "radio", choices="0, no | 1, yes", shown="[n] <> ''"),
    field("total", "calc", choices="sum([n], [c])"),
    field("old", "calc", choices="datediff('today', '2020-01-01', 'y')"),
)
EVENTS = "event_name,arm_num,unique_event_name\nStart,1,start_arm_1\n"


def run(*arguments: object) -> str:
    out = StringIO()
    call_command(*map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "d.csv").write_text(dictionary(*ROWS))
    (tmp_path / "e.csv").write_text(EVENTS)
    return tmp_path


def test_it_is_told_published_and_published_once(folder: Path) -> None:
    study = StudyFactory(code="MOVED")
    arguments = ("import_dictionary", folder / "d.csv", "--study", "MOVED", "--events", folder / "e.csv")  # fmt: skip
    told = run(*arguments, "--dry-run")
    assert "Events: 1. Forms: 1. Items: 4 (1 code, 3 decimal)." in told
    assert "Logic: 2 translated, 1 kept as text." in told
    assert "- old: its calculation is kept as text" in told
    assert "Nothing was published" in told
    assert not Definition.objects.filter(study=study).exists()
    assert "Published version 1 of what MOVED collects." in run(*arguments)
    expected = bring(*ROWS, events=EVENTS, name="MOVED").definition
    assert without_identity(collected_by(study).definition) == expected
    for again in (run(*arguments), run(*arguments, "--dry-run")):
        assert "MOVED collects this already: nothing is to publish." in again
    assert Definition.objects.get(study=study).source == "d.csv"


def test_a_changed_dictionary_is_a_new_version_whose_items_are_the_same(folder: Path) -> None:
    study = StudyFactory(code="MOVED")
    run("import_dictionary", folder / "d.csv", "--study", "MOVED")
    before = collected_by(study).definition.item("n")
    (folder / "d.csv").write_text(dictionary({**ROWS[0], "field_label": "N"}, *ROWS[1:]))
    assert "Published version 2" in run("import_dictionary", folder / "d.csv", "--study", "MOVED")
    after = collected_by(study).definition.item("n")
    assert (after.oid, after.label) == (before.oid, {"en": "N"})


def test_what_cannot_be_read_is_told(folder: Path) -> None:
    study = StudyFactory(code="MOVED")
    (folder / "d.csv").write_text(dictionary(field("9a"), field("b"), field("b")))
    with pytest.raises(CommandError, match=r"Row 3: “9a” is no name(.|\n)*Row 5: the field b stands"):  # fmt: skip
        run("import_dictionary", folder / "d.csv", "--study", "MOVED")
    with pytest.raises(CommandError, match="cannot be read"):
        run("import_dictionary", folder / "none.csv", "--study", "MOVED")
    assert not Definition.objects.filter(study=study).exists()


def test_a_study_begins_with_a_template() -> None:
    run("create_study", "EMPTY", "--title", "Empty", "--template", "empty")
    collected = collected_by(Study.objects.get(code="EMPTY"))
    assert (collected.version, collected.definition.forms) == (1, ())
    run("create_study", "PLAIN", "--title", "Plain")
    assert collected_by(Study.objects.get(code="PLAIN")).pk is None
    with pytest.raises(CommandError, match="invalid choice"):
        run("create_study", "OTHER", "--title", "Other", "--template", "nothing")
