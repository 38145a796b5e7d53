from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StudiesConfig(AppConfig):
    name = "studies"
    verbose_name = _("Studies")

    def ready(self) -> None:
        from sentences import add_sentences
        from studies.navigation import add_to_menu
        from studies.permissions import Capability
        from studies.sentences import SENTENCES

        add_sentences("studies", SENTENCES)
        add_to_menu(0, "studies:overview", _("Overview"), *Capability)
        add_to_menu(90, "studies:trail", _("Trail"), Capability.VIEW_TRAIL)
