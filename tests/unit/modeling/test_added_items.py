"""Items that a study adds to its dictionary by rows alone: frozen, trained on and explained; what repeats is not read."""

import numpy as np
import pytest

from ciri import FrozenTable, TrainedModel, parse_specification
from clinical.dictionary.reading import shipped
from clinical.selectors.definitions import collected_by
from clinical.services.definitions import publish_definition
from modeling.models import ModelVersion
from modeling.selectors.covariates import unread_covariates
from modeling.selectors.inputs import study_table
from modeling.services.models import define_model
from modeling.services.training import request_training
from studies.refusals import Refused
from tests.unit.exports.added import BODY, FEATURES, HISTOLOGIES, study_with_more_items
from tests.unit.modeling.conftest import trained_version

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def trained_on_added(made_once: None) -> int:
    model = define_model(study=study_with_more_items(), name="added", body=BODY, by=None).model
    return trained_version(model).pk


@pytest.fixture
def version(db: None, trained_on_added: int) -> ModelVersion:
    return ModelVersion.objects.select_related("dataset", "model__study").get(pk=trained_on_added)


def test_the_frozen_table_describes_and_holds_them(version: ModelVersion) -> None:
    table = FrozenTable.from_bytes(bytes(version.dataset.content))
    described = {one.name: one for one in table.covariates}
    assert described["ldh"].to_dict() | {"item": ""} == {
        "name": "ldh", "kind": "number", "unit": "U/L", "low": 0.0, "usual_low": 80.0, "usual_high": 2000.0,
        "high": 20_000.0, "item": "", "version": 1,
    }  # fmt: skip
    definition = collected_by(version.model.study).definition
    assert described["ldh"].item == str(definition.item("ldh").oid)
    assert (described["smoker"].kind, described["grade"].ranks) == ("truth", {"low": 0, "middle": 1, "high": 2})  # fmt: skip
    assert described["histology"].codes == HISTOLOGIES
    assert "toxicity" not in described
    first = table.subjects.iloc[2]
    assert (first["ldh_ratio"], first["worst_toxicity"]) == (first["ldh"] / 250, 3.0)


def test_a_forest_reads_each_and_explains_by_each(version: ModelVersion) -> None:
    model = TrainedModel.from_bytes(bytes(version.content))
    assert tuple(model.features) == FEATURES
    table = FrozenTable.from_bytes(bytes(version.dataset.content))
    contributions = model.explain(table).values
    assert contributions.shape == (60, len(FEATURES))
    strongest = np.abs(contributions).mean(axis=0)
    assert FEATURES[int(strongest.argmax())] in ("ldh", "ldh_ratio")
    told = {one["feature"] for one in version.scores.first().explanation["contributions"]}
    assert told <= set(FEATURES)
    assert {"ldh", "ldh_ratio"} & told


def test_what_repeats_is_read_through_what_is_derived_from_it_alone(version: ModelVersion) -> None:
    study = version.model.study
    with pytest.raises(Refused, match="toxicity is asked again and again, on the form adverse"):
        define_model(study=study, name="m", body=BODY | {"covariates": ["toxicity"]}, by=None)
    with pytest.raises(Refused, match=r"does not collect ldh_rat\. Did you mean ldh_ratio"):
        define_model(study=study, name="m", body=BODY | {"covariates": ["ldh_rat"]}, by=None)
    with pytest.raises(Refused, match="sites is collected, but the study's dictionary does not"):
        define_model(study=study, name="m", body=BODY | {"covariates": ["sites"]}, by=None)


def test_an_item_that_an_amendment_takes_from_models_is_refused_when_training_is_asked_for(
    version: ModelVersion,
) -> None:
    study = version.model.study
    publish_definition(study=study, definition=shipped("nsclc-ici"), by=None)
    with pytest.raises(Refused, match="does not collect ldh"):
        request_training(model=version.model, by=None)
    specification = parse_specification(BODY)
    assert len(unread_covariates(specification, collected_by(study))) == len(BODY["covariates"])
    table = study_table(study, specification, as_of=study.today(), require_outcome=True)
    assert "ldh" not in [one.name for one in table.covariates]
