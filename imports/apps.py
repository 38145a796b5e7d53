from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "imports"
    verbose_name = _("Imports")

    def ready(self) -> None:
        from imports.sentences import OF_MAPPINGS, SENTENCES
        from imports.services import jobs
        from jobs.work import register
        from sentences import add_sentences
        from studies.navigation import add_to_menu
        from studies.permissions import Capability

        add_sentences("imports", SENTENCES)
        add_sentences("mapping", OF_MAPPINGS)
        register(jobs.PREVIEW, jobs.PREVIEW_WORK)
        register(jobs.COMMIT, jobs.COMMIT_WORK)
        add_to_menu(
            50,
            "imports:imports",
            _("Data"),
            Capability.IMPORT_CLINICAL,
            Capability.IMPORT_ASSAYS,
            Capability.EXPORT,
        )
