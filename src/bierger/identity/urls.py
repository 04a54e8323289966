# SPDX-License-Identifier: EUPL-1.2
"""Signing in and out, choosing a space."""

from django.urls import path

from bierger.identity import views

app_name = "identity"
urlpatterns = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-in/callback", views.callback, name="callback"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("spaces", views.spaces, name="spaces"),
]
