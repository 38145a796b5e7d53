from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModelingConfig(AppConfig):
    name = "modeling"
    verbose_name = _("Models")

    def ready(self) -> None:
        from jobs.schedule import Planned, plan
        from jobs.scheduled import Scheduled, register_scheduled
        from jobs.work import Work, register
        from modeling.sentences import OF_METHOD, SENTENCES
        from modeling.services import cross_validation, schedule, scoring, training
        from modeling.signals import connect
        from sentences import add_sentences

        add_sentences("modeling", SENTENCES)
        add_sentences("method", OF_METHOD)

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
        plan(
            Planned(
                "Ask nightly whether models are due",
                schedule.ASK_WHETHER_DUE,
                "Starts a retraining where new deaths or patients have passed a model's thresholds.",
                at=("2", "0"),
            )
        )
        register_scheduled(schedule.ASK_WHETHER_DUE, Scheduled(schedule.ask_for_all_studies))
        connect()

        from assays.sections import plate_sections
        from clinical.sections import patient_sections
        from modeling.web import sections
        from studies.navigation import add_to_menu
        from studies.permissions import Capability
        from studies.sections import overview_sections

        add_to_menu(40, "modeling:models", _("Models"), Capability.VIEW_MODELS)
        overview_sections.register(20, sections.on_overview)
        patient_sections.register(10, sections.on_patient)
        plate_sections.register(10, sections.on_plate)
