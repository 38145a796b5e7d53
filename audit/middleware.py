"""Ties the history of one request together: who, and at which address."""

from pghistory.middleware import HistoryMiddleware as PgHistoryMiddleware


class HistoryMiddleware(PgHistoryMiddleware):
    """pghistory's own, named here so that the settings show the app that owns the trail."""
