from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StudiesConfig(AppConfig):
    name = "studies"
    verbose_name = _("Studies")

    def ready(self) -> None:
        from jobs.work import register
        from studies import tasks
        from studies.imports.registry import register_importer
        from studies.services.clinical_import import ClinicalImporter

        register_importer("clinical", ClinicalImporter())
        register(tasks.PREVIEW, tasks.PREVIEW_WORK)
        register(tasks.COMMIT, tasks.COMMIT_WORK)
