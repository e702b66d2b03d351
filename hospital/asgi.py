"""The ASGI application: pages and API by Django, live frames by Channels."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hospital.settings")
_pages = get_asgi_application()

# What follows needs the applications to be loaded, which the line above does.
from channels.routing import ProtocolTypeRouter  # noqa: E402

from hospital.checks import refuse_unsafe_start  # noqa: E402
from hospital.request_threads import RequestThreads  # noqa: E402
from hospital.sockets import sockets  # noqa: E402

refuse_unsafe_start()
application = ProtocolTypeRouter({"http": RequestThreads(_pages), "websocket": sockets})
