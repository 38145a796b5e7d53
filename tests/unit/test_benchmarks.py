"""Each command of benchmarks/ runs on next to nothing and prints a table. Times are not asserted."""

import importlib

import pytest

from benchmarks import tables

COMMANDS = ("fit", "growth", "importance", "rescore", "retrain", "compile")
AGAINST_A_COMMIT = ("kernels",)
WITH_SERVICES = ("import_volume", "matrix", "dictionary")


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_prints_a_table(name, capsys):
    importlib.import_module(f"benchmarks.{name}").main(["--quick"])
    printed = capsys.readouterr().out
    assert "medians of 1 rounds" in printed
    assert printed.count("\n| ") >= 3


@pytest.mark.parametrize("name", [*COMMANDS, *AGAINST_A_COMMIT, *WITH_SERVICES])
def test_each_command_has_its_place_in_the_document(name):
    text = tables.DOCUMENT.read_text(encoding="utf-8")
    assert text.count(f"<!-- {name} -->\n") == 1
    assert text.count(f"<!-- end of {name} -->\n") == 1
    assert f"python -m benchmarks.{name}" in text


def test_what_is_measured_replaces_what_was_measured_before(tmp_path):
    document = tmp_path / "document.md"
    document.write_text("above\n<!-- fit -->\nold\n<!-- end of fit -->\nbelow\n")
    for content in ("new", "newer"):
        tables.write("fit", content, document)
    expected = "above\n<!-- fit -->\nnewer\n<!-- end of fit -->\nbelow\n"
    assert document.read_text() == expected


def test_a_document_without_the_place_is_refused(tmp_path):
    document = tmp_path / "document.md"
    document.write_text("nothing\n")
    with pytest.raises(ValueError, match="no markers of 'fit'"):
        tables.write("fit", "new", document)


def test_numbers_read_as_people_write_them():
    assert [tables.seconds(x) for x in (0.03124, 1.2349, 106.04, 7654.3)] == [
        "0.0312",
        "1.23",
        "106",
        "7654",
    ]
    assert [tables.times(x) for x in (0.866, 12.34, 240.4)] == ["0.87x", "12.3x", "240x"]
    assert tables.at_least(10, 9.99).endswith("**missed**")
    assert tables.at_most(15, 15.0).endswith("met")
