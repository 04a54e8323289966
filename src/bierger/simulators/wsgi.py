# SPDX-License-Identifier: EUPL-1.2
"""The simulators as one WSGI application. One process: authorization codes live in its memory."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "bierger.simulators.settings"

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
