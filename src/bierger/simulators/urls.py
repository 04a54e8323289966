# SPDX-License-Identifier: EUPL-1.2
"""The addresses of the simulators."""

from django.urls import path

from bierger.simulators import assets
from bierger.simulators.oidc import views as oidc
from bierger.simulators.registers import views as registers

urlpatterns = [
    path("", oidc.front, name="front"),
    path(".well-known/openid-configuration", oidc.discovery, name="discovery"),
    path("jwks", oidc.jwks, name="jwks"),
    path("authorize", oidc.authorize, name="authorize"),
    path("token", oidc.token, name="token"),
    path("userinfo", oidc.userinfo, name="userinfo"),
    path("end-session", oidc.end_session, name="end-session"),
    path("register/population/<str:matricule>", registers.population, name="population"),
    path("register/organisations/<str:number>", registers.organisation, name="organisation"),
    path("assets/simulators.css", assets.stylesheet, name="stylesheet"),
]
