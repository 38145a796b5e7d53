"""One writer at a time decides which of a study's values count."""

from django.db import OperationalError, connection

from sentences import storable as _
from studies.models import Study
from studies.refusals import Busy

SECONDS_OF_PATIENCE = 20
LOCK_NOT_AVAILABLE = "55P03"


def lock_study(study: Study | int, *, patient: bool = False) -> Study:
    """Hold a study until the caller's transaction ends; gives it as it stands now.

    Whoever changes which values models may read holds it, and whoever freezes or scores them holds it while
    reading: what is read is never half of two decisions, and no decision is missed by what was made in the
    same minute. Take it before the rows of plates, models and versions (never after), so that no two
    holders wait for each other. A person is not kept waiting for long: Busy then says so; `patient` is
    for workers.
    """
    key = study if isinstance(study, int) else study.pk
    wait = 0 if patient else 1000 * SECONDS_OF_PATIENCE
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [str(wait)])
    try:
        held = Study.objects.select_for_update(no_key=True).get(pk=key)
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) != LOCK_NOT_AVAILABLE:
            raise
        raise Busy(
            _(
                "Something else is being written to this study just now, an import or a judging of its "
                "plates. Nothing was changed; try again in a minute."
            )
        ) from error
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    return held
