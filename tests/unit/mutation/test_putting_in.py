"""A fault that cannot be put in says so: it is never counted as noticed."""

import ast
import tomllib
from pathlib import Path

import pytest

from tests.mutation.faults import faults_of
from tests.mutation.putting_in import CannotPutIn, Loaded, _find, _replace_default
from tests.mutation.rooms import BY_HAND, ROOMS, sources

ROOT = Path(__file__).resolve().parents[3]
FAULTS = tomllib.loads(BY_HAND.read_text(encoding="utf-8"))["fault"]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault['file']}: {fault['old'][:40]}")
def test_each_fault_of_the_list_can_still_be_put_in(fault: dict[str, str]) -> None:
    text = (ROOT / fault["file"]).read_text(encoding="utf-8")
    assert text.count(fault["old"]) == 1
    compile(text.replace(fault["old"], fault["new"]), fault["file"], "exec", dont_inherit=True)


@pytest.mark.parametrize("room", [name for name in ROOMS if name != "by-hand"])
def test_each_room_has_its_files_and_tests(room: str) -> None:
    assert sources(ROOMS[room], ROOT)
    for pattern in ROOMS[room].sources:
        assert list(ROOT.glob(pattern)), pattern
    for tests in ROOMS[room].tests:
        assert (ROOT / tests).exists(), tests


def test_a_place_that_is_not_there_is_told() -> None:
    with pytest.raises(CannotPutIn, match=r"nobody\.here"):
        _find(ast.parse("def f():\n    pass\n"), "nobody.here")


def test_a_class_without_such_a_default_is_told() -> None:
    class Plain:
        def __init__(self, a: int) -> None: ...

    with pytest.raises(CannotPutIn, match="no default of b"):
        _replace_default(Plain, "b", 1)


def test_a_module_that_is_not_loaded_is_told(tmp_path: Path) -> None:
    file = tmp_path / "not_loaded.py"
    file.write_text("FEW = 3\n", encoding="utf-8")
    fault = faults_of(file, tmp_path)[0]
    with pytest.raises(CannotPutIn):
        Loaded(tmp_path, {"not_loaded.py"}).put_in(fault)
