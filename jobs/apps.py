from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from sentences import add_sentences


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = _("Jobs")

    def ready(self) -> None:
        from jobs.schedule import Planned, make_missing_rows, plan
        from jobs.scheduled import Scheduled, register_scheduled
        from jobs.sentences import SENTENCES
        from jobs.tasks import CLEAR_ENDED_SESSIONS, SWEEP, remove_ended_sessions

        add_sentences("jobs", SENTENCES)
        plan(
            Planned(
                "Hand out waiting jobs",
                SWEEP,
                "Hands jobs to the workers that the broker has lost, and takes back those whose worker died.",
                every=(15, "seconds"),
            ),
            Planned(
                "Clear ended sessions",
                CLEAR_ENDED_SESSIONS,
                "Removes the sessions of people who have signed out or stayed away.",
                at=("3", "30"),
            ),
        )
        register_scheduled(CLEAR_ENDED_SESSIONS, Scheduled(remove_ended_sessions))

        post_migrate.connect(
            make_missing_rows,
            sender=apps.get_app_config("django_celery_beat"),
            dispatch_uid="jobs.make_missing_rows",
        )
