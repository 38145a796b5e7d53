"""Jobs done in a test's own process, where no worker runs."""

from jobs.models import Job
from jobs.services import run


def do_all_jobs() -> None:
    """What a worker does: the jobs that wait, and those that they ask for."""
    for _ in range(20):
        waiting = Job.objects.filter(state=Job.State.QUEUED).order_by("id").first()
        if waiting is None:
            return
        run(waiting.pk)
        waiting.refresh_from_db()
        assert waiting.state != Job.State.FAILED, waiting.error
        assert not waiting.error, waiting.error
