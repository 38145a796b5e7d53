from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StudiesConfig(AppConfig):
    name = "studies"
    verbose_name = _("Studies")

    def ready(self) -> None:
        from jobs.work import register
        from studies.imports.registry import register_importer
        from studies.services import import_jobs
        from studies.services.clinical_import import ClinicalImporter

        register_importer("clinical", ClinicalImporter())
        register(import_jobs.PREVIEW, import_jobs.PREVIEW_WORK)
        register(import_jobs.COMMIT, import_jobs.COMMIT_WORK)
