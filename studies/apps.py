from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StudiesConfig(AppConfig):
    name = "studies"
    verbose_name = _("Studies")

    def ready(self) -> None:
        from sentences import add_sentences
        from studies.sentences import SENTENCES

        add_sentences("studies", SENTENCES)
