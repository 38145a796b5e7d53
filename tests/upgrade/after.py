"""What an upgraded database can still do, told as JSON: run by test_upgrade.py on a database of its own."""

import csv
import io
import json
from typing import Any

from ciri import FrozenTable
from ciri.training.trained import TrainedModel
from clinical.models import FollowUp, Patient
from clinical.selectors.sheets import read_sheets
from exports.services.analysis_dataset import Recipe, export_analysis_dataset
from exports.services.forms import export_forms
from modeling.models import ModelVersion, Score
from modeling.services.scoring import request_rescoring
from modeling.services.training import request_training
from studies.models import Study
from tests.upgrade.study import end_all_jobs, list_empty_tables


def tell() -> dict[str, Any]:
    """Facts that hold of every release's dump."""
    version = ModelVersion.objects.get(status="champion")
    study: Study = version.model.study
    table = FrozenTable.from_bytes(bytes(version.dataset.content))
    model = TrainedModel.from_bytes(bytes(version.content))
    before = _scores(version)
    request_rescoring(version=version, by=None)
    end_all_jobs()
    request_training(model=version.model, by=None)
    end_all_jobs()
    newest = ModelVersion.objects.filter(model=version.model).latest("number")
    dataset = _rows(export_analysis_dataset(study=study, recipe=Recipe(), via="command", by=None))
    forms = _rows(export_forms(study=study, format="csv", via="command", by=None))
    sheets = read_sheets(study.patients.order_by("pk")[0])
    return {
        "empty": list_empty_tables(),
        "dataset_is_read": table.content_hash == version.dataset.content_hash,
        "features": list(model.features) == list(version.features),
        "scored": len(before),
        "scores_are_the_same": _scores(version) == before,
        "versions": [version.number, newest.number],
        "trained": newest.dataset.training_patients,
        "exported": len(dataset),
        "score_columns": sum(name.endswith("_mortality") for name in dataset[0]),
        "answers": len(forms),
        "forms_of_a_patient": sum(sheet.row is not None for sheet in sheets.opened()),
        "from_forms": FollowUp.objects.filter(from_forms=True).count(),
        "without_index_date": Patient.objects.filter(index_date=None).count(),
    }


def _scores(version: ModelVersion) -> dict[int, float]:
    """By patient, to the bit."""
    return dict(Score.objects.filter(version=version).values_list("patient_id", "mortality"))


def _rows(made: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(made.chunks()).decode())))


def main() -> None:
    print(json.dumps(tell()))
