from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClinicalConfig(AppConfig):
    name = "clinical"
    verbose_name = _("Clinical record")

    def ready(self) -> None:
        from clinical.dictionary.reading import shipped_names
        from clinical.refusals import SENTENCES
        from clinical.sentences import OF_DEFINITIONS, OF_MAPPINGS
        from clinical.services.definitions import publish_shipped
        from clinical.services.importing import ClinicalImporter
        from clinical.web import sections
        from imports.registry import register_importer
        from sentences import add_sentences
        from studies.navigation import add_to_menu
        from studies.permissions import Capability
        from studies.refusals import explain
        from studies.sections import overview_actions, overview_sections, shell_sections
        from studies.templates import register_template

        add_sentences("mapping", OF_MAPPINGS)
        add_sentences("definition", OF_DEFINITIONS)
        register_importer("clinical", ClinicalImporter())
        explain(SENTENCES)
        add_to_menu(10, "clinical:patients", _("Patients"), Capability.VIEW_CLINICAL)
        add_to_menu(15, "clinical:definition", _("Forms"), Capability.VIEW_STUDY)
        for name in shipped_names():
            register_template(name, publish_shipped)
        shell_sections.register(0, sections.search_in_shell)
        overview_actions.register(0, sections.enrol_on_overview)
        overview_sections.register(0, sections.counts_on_overview)
        overview_sections.register(90, sections.overdue_on_overview)
