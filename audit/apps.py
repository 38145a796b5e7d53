from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = _("Trail")

    def ready(self) -> None:
        from audit.triggers import replace_trigger_functions

        post_migrate.connect(
            replace_trigger_functions, sender=self, dispatch_uid="audit.replace_trigger_functions"
        )
