from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExportsConfig(AppConfig):
    name = "exports"
    verbose_name = _("Exports")

    def ready(self) -> None:
        from exports.sentences import SENTENCES
        from exports.web import sections
        from imports.sections import data_sections
        from modeling.sections import dataset_sections
        from sentences import add_sentences

        add_sentences("exports", SENTENCES)
        data_sections.register(0, sections.on_data)
        dataset_sections.register(0, sections.on_dataset)
