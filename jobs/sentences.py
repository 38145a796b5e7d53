"""What jobs say: code -> sentence."""

from django.utils.translation import gettext_noop

SENTENCES = {
    "broke": gettext_noop("%(kind)s: %(error)s"),
    "worker_lost": gettext_noop("The worker that held this job stopped before it was done."),
    "unknown_kind": gettext_noop("This version of Yogo does not know the kind of work '%(kind)s'."),
    "done_by_job": gettext_noop("job %(job)d: %(kind)s"),
    "retried": gettext_noop("retry of job %(job)d"),
    "cancelled": gettext_noop("cancellation of job %(job)d"),
}
