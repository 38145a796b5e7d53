from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssaysConfig(AppConfig):
    name = "assays"
    verbose_name = _("Assays")

    def ready(self) -> None:
        from assays.services import judging
        from assays.services.assay_import import AssayImporter
        from assays.services.plate_import import PlateImporter
        from jobs.work import Work, register
        from studies.imports.registry import register_importer

        register(
            judging.JUDGE,
            Work(compute=judging.compute_judgements, store=judging.store_judgements),
        )
        register_importer("assay", AssayImporter())
        register_importer("plate", PlateImporter())

        from assays.web import sections
        from studies.sections import register_overview_section, register_patient_section

        register_overview_section(30, sections.on_overview)
        register_patient_section(30, sections.on_patient)
        register_patient_section(35, sections.strips_on_patient)
