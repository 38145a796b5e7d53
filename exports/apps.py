from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExportsConfig(AppConfig):
    name = "exports"
    verbose_name = _("Exports")

    def ready(self) -> None:
        from exports.sentences import SENTENCES
        from sentences import add_sentences

        add_sentences("exports", SENTENCES)
