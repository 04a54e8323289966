# SPDX-License-Identifier: EUPL-1.2
"""What every page offers: the switches of language and register. (The colours of an administration are served by the portal.)"""

from django.urls import path
from django.views.i18n import set_language

from bierger.ui import views

app_name = "ui"
urlpatterns = [path("language", set_language, name="language"), path("register", views.register, name="register")]
