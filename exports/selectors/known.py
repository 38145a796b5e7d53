"""The tables that the analysis dataset is read from, for reading them as they were known at a moment."""

from datetime import datetime

from django.db import connection

from assays.models import (
    Analyte,
    Exclusion,
    Measurement,
    PlateAnalyte,
    PlateRun,
    Specimen,
)
from audit.past import Past
from clinical.models import Definition, FilledForm, FollowUp, Patient
from modeling.models import ModelVersion, PrognosticModel, Score
from studies.models import Cohort, Site, Study

# Membership is not among them: who may see what is decided as of now.
TABLES = (
    Past(Study, "pgh_obj_id = %(scope)s"),
    Past(Site, "study_id = %(scope)s"),
    Past(Cohort, "study_id = %(scope)s"),
    Past(Patient, "study_id = %(scope)s"),
    # Of a definition only whether it was published by then: what it says has not changed since.
    Past(Definition, "study_id = %(scope)s"),
    Past(FilledForm, "patient_id IN (SELECT id FROM clinical_patient)"),
    Past(FollowUp, "patient_id IN (SELECT id FROM clinical_patient)"),
    Past(Analyte),
    Past(Specimen, "study_id = %(scope)s"),
    Past(PlateRun, "study_id = %(scope)s"),
    Past(PlateAnalyte, "plate_run_id IN (SELECT id FROM assays_platerun)"),
    Past(Exclusion, "plate_run_id IN (SELECT id FROM assays_platerun)"),
    Past(Measurement, "plate_run_id IN (SELECT id FROM assays_platerun)"),
    Past(PrognosticModel, "study_id = %(scope)s"),
    Past(ModelVersion, "model_id IN (SELECT id FROM modeling_prognosticmodel)"),
    Past(Score, "version_id IN (SELECT id FROM modeling_modelversion)"),
)
SINCE = ("modeling", "0001_initial")


def history_begins() -> datetime:
    """Since when all of these tables have kept their history: scores come last, by a migration."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(applied) FROM django_migrations WHERE app = %s AND name = %s", SINCE
        )
        begins: datetime = cursor.fetchone()[0]
    return begins
