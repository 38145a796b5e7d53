"""The composition root: settings, urls, the web server's and the worker's entries."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
