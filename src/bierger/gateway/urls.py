# SPDX-License-Identifier: EUPL-1.2
"""/log/…: C2SP tlog-tiles, the key list, the document types, the revocations, proofs by commitment. /tsa: time stamps.

/api: what firms ask in numbers.
"""

from django.urls import path

from bierger.gateway import views
from bierger.gateway.contrib import data_tracker, verifying

app_name = "gateway"
urlpatterns = [
    path("api/verify", verifying.verify, name="api-verify"),
    path("data-tracker/v2/findUsage", data_tracker.find_usage, name="find-usage"),
    path("data-tracker/v2/usagePeriod", data_tracker.usage_period, name="usage-period"),
    path("data-tracker/v2/heartbeat", data_tracker.heartbeat, name="heartbeat"),
    path("log/checkpoint", views.checkpoint, name="checkpoint"),
    path("log/tile/<path:rest>", views.tile, name="tile"),
    path("log/earlier.json", views.earlier, name="earlier"),
    path("log/earlier/<int:number>/checkpoint", views.earlier_checkpoint, name="earlier-checkpoint"),
    path("log/earlier/<int:number>/tile/<path:rest>", views.earlier_tile, name="earlier-tile"),
    path("log/keys.json", views.keys, name="keys"),
    path("log/keys.tlog-proof", views.keys_proof, name="keys-proof"),
    path("log/types.json", views.types, name="types"),
    path("log/status/<str:issuer>", views.statuses, name="statuses"),
    path("log/revocations", views.revocations, name="revocations"),
    path("log/policy", views.policy, name="policy"),
    path("log/readings/<int:number>.json", views.readings_batch, name="readings-batch"),
    path("tsa", views.stamp, name="stamp"),
    path("tsa/certificates.pem", views.certificates, name="certificates"),
    path("log/proof/<str:commitment>.tlog-proof", views.proof, name="proof"),
]
