"""The roof: settings, urls, roles, audit, the embedded mode and the demo hospital."""

from hospital.celery import app as celery_app

__all__ = ["celery_app"]
