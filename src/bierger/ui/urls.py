# SPDX-License-Identifier: EUPL-1.2
"""What every page offers: the switch of language. (The colours of an administration are served by the portal.)"""

from django.urls import path
from django.views.i18n import set_language

app_name = "ui"
urlpatterns = [path("language", set_language, name="language")]
