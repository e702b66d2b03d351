"""The Celery application: `celery -A hospital worker` and, inside the embedded server, a thread."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hospital.settings")

app = Celery("whereabouts")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
