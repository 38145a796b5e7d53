from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModelingConfig(AppConfig):
    name = "modeling"
    verbose_name = _("Models")

    def ready(self) -> None:
        from jobs.scheduled import Scheduled, register_scheduled
        from jobs.work import Work, register
        from modeling.services import cross_validation, schedule, scoring, training
        from modeling.signals import connect

        register(
            training.TRAIN, Work(compute=training.compute_training, store=training.store_training)
        )
        register(scoring.RESCORE, Work(compute=scoring.compute_scores, store=scoring.store_scores))
        register(
            cross_validation.CROSS_VALIDATE,
            Work(
                compute=cross_validation.compute_repeat,
                store=cross_validation.store_repeat,
                background=True,  # nobody waits for it, and it must not keep trainings waiting
                unwanted=cross_validation.why_unwanted,
            ),
        )
        register(
            schedule.ASK_WHETHER_DUE,
            Work(compute=schedule.compute_due, store=schedule.store_due, short=True),
        )
        register_scheduled(schedule.ASK_WHETHER_DUE, Scheduled(schedule.ask_for_all_studies))
        connect()

        from assays.sections import register_plate_section
        from modeling.web import sections
        from studies.sections import register_overview_section, register_patient_section

        register_overview_section(20, sections.on_overview)
        register_patient_section(10, sections.on_patient)
        register_plate_section(10, sections.on_plate)
