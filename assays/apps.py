from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssaysConfig(AppConfig):
    name = "assays"
    verbose_name = _("Assays")

    def ready(self) -> None:
        from assays.listeners import connect
        from assays.refusals import SENTENCES as REFUSALS
        from assays.sentences import OF_MAPPINGS, SENTENCES
        from assays.services import judging
        from assays.services.assay_import import AssayImporter
        from assays.services.plate_import import PlateImporter
        from imports.registry import register_importer
        from jobs.work import Work, register
        from sentences import add_sentences
        from studies.refusals import explain

        register(
            judging.JUDGE,
            Work(compute=judging.compute_judgements, store=judging.store_judgements),
        )
        add_sentences("assays", SENTENCES)
        add_sentences("mapping", OF_MAPPINGS)
        register_importer("assay", AssayImporter())
        register_importer("plate", PlateImporter())
        explain(REFUSALS)
        connect()

        from assays.web import sections
        from clinical.sections import patient_sections
        from studies.navigation import add_to_menu
        from studies.permissions import Capability
        from studies.sections import overview_sections

        add_to_menu(20, "assays:specimens", _("Specimens"), Capability.VIEW_ASSAYS)
        add_to_menu(30, "assays:plates", _("Plates"), Capability.VIEW_PLATES)
        overview_sections.register(30, sections.on_overview)
        patient_sections.register(30, sections.on_patient)
        patient_sections.register(35, sections.strips_on_patient)
