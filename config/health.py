"""GET /health/: whether this process can reach the database and the broker. Needs no sign-in."""

import psycopg2
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu import Connection
from kombu.exceptions import OperationalError

PATIENCE = 2  # seconds for each of the two; who asks waits some seconds at most


@never_cache
@require_safe
@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """200 while the database answers; the broker is only a hint, so its absence is told, not failed."""
    database = _database_answers()
    return JsonResponse(
        {"database": database, "broker": _broker_answers()}, status=200 if database else 503
    )


def _database_answers() -> bool:
    """Asked on a connection of its own: only the time to connect can be limited, and a server that
    froze would keep one that stands waiting for ever."""
    parameters = {**connection.get_connection_params(), "connect_timeout": PATIENCE}
    try:
        psycopg2.connect(**parameters).close()
    except psycopg2.OperationalError:
        return False
    return True


def _broker_answers() -> bool:
    waiting = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
    options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, **waiting}
    try:
        with Connection(settings.BROKER_URL, transport_options=options) as broker:
            broker.ensure_connection(max_retries=1, timeout=PATIENCE)
    except (OperationalError, OSError):
        return False
    return True
