from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "imports"
    verbose_name = _("Imports")

    def ready(self) -> None:
        from imports.services import jobs
        from jobs.work import register

        register(jobs.PREVIEW, jobs.PREVIEW_WORK)
        register(jobs.COMMIT, jobs.COMMIT_WORK)
