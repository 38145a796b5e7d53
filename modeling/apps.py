from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModelingConfig(AppConfig):
    name = "modeling"
    verbose_name = _("Models")

    def ready(self) -> None:
        from jobs.work import Work, register
        from modeling.services import schedule, scoring, training
        from modeling.signals import connect

        register(
            training.TRAIN, Work(compute=training.compute_training, store=training.store_training)
        )
        register(scoring.RESCORE, Work(compute=scoring.compute_scores, store=scoring.store_scores))
        register(
            schedule.ASK_WHETHER_DUE,
            Work(compute=schedule.compute_due, store=schedule.store_due),
        )
        connect()

        from modeling.web import sections
        from studies.sections import register_overview_section, register_patient_section

        register_overview_section(20, sections.on_overview)
        register_patient_section(10, sections.on_patient)
