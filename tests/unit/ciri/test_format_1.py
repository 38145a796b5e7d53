"""Tables and models that were stored before covariates were described say what they said, to the bit.

The three files of `format_1/` were written by the code of commit f7d1b0e, from 66 patients that never were, with
every covariate of that time.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from ciri import FrozenTable, TrainedModel, describe, parse_specification, train
from ciri.covariates import shipped
from ciri.said import is_kept, say

FOLDER = Path(__file__).with_name("format_1")


@pytest.fixture(scope="module")
def told() -> Any:
    return json.loads((FOLDER / "told.json").read_text())


@pytest.fixture(scope="module")
def table() -> FrozenTable:
    return FrozenTable.from_bytes((FOLDER / "table.jsonl").read_bytes())


def test_a_table_has_the_same_content_and_hash(told: Any, table: FrozenTable) -> None:
    content = (FOLDER / "table.jsonl").read_bytes()
    assert content.startswith(b'{"format":"yogo frozen table 1",')
    assert table.to_bytes() == content
    assert table.content_hash == told["content_hash"] == hashlib.sha256(content).hexdigest()
    assert table.covariates == shipped.COVARIATES


def test_a_specification_has_the_same_hash_and_paragraph(told: Any) -> None:
    specification = parse_specification(told["specification"])
    assert specification.content_hash == told["specification_hash"]
    assert specification.to_dict()["pdl1"] == "category"
    assert describe(specification) == told["describe"]


def test_a_model_scores_the_same(told: Any, table: FrozenTable) -> None:
    content = (FOLDER / "model.zip").read_bytes()
    model = TrainedModel.from_bytes(content)
    assert model.to_bytes() == content
    assert model.features == told["features"]
    scores = model.score(table)
    assert dict(zip(scores["subject"], scores["mortality"], strict=True)) == told["mortality"]


def in_words(found: Any) -> Any:
    """A report with its sentences in English: it kept them as texts, and keeps them as codes now."""
    if is_kept(found):
        text = say(found)
        return text[:1].upper() + text[1:]
    if isinstance(found, dict):
        return {name: in_words(one) for name, one in found.items()}
    return [in_words(one) for one in found] if isinstance(found, list) else found


def test_it_is_trained_again_to_the_same_scores(told: Any, table: FrozenTable) -> None:
    again = train(parse_specification(told["specification"]), table)
    scores = again.score(table)
    assert dict(zip(scores["subject"], scores["mortality"], strict=True)) == told["mortality"]
    stored = TrainedModel.from_bytes((FOLDER / "model.zip").read_bytes()).report
    for part in ("strata", "added_value"):
        assert in_words(again.report[part]) == in_words(stored[part])


def test_what_older_tables_and_models_mean_never_changes() -> None:
    """Who adds a factor adds it to a study's dictionary: what stands in shipped.yaml has been trained on."""
    text = json.dumps([one.to_dict() for one in shipped.COVARIATES], sort_keys=True)
    classes = [(one.number, one.code, one.cuts) for one in shipped.CLASSES]
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert digest == "851627eb2ff15d6a5bd7bf470659e0e21acd21cfdc4acda30f72e668521b6508"
    assert classes == [("pdl1", "pdl1_class", (1, 50))]
