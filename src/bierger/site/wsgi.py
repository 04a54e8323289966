# SPDX-License-Identifier: EUPL-1.2
"""The web process: `granian --interface wsgi bierger.site.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bierger.site.settings")
application = get_wsgi_application()
