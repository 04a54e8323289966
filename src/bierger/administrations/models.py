# SPDX-License-Identifier: EUPL-1.2
"""Administrations, their services, their officers. Written by the owner (set-up, later the studio); read by everybody."""

from __future__ import annotations

import uuid

from django.db import models


class Administration(models.Model):
    """A tenant. A commune that merged keeps its row, its last day and its successor."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    code = models.SlugField(max_length=60, unique=True)
    kind = models.TextField(choices=[("commune", "commune"), ("state", "state")])
    lau2 = models.CharField(max_length=4, blank=True, default="")
    names = models.JSONField()
    sort_name = models.TextField(default="")
    canton = models.TextField(blank=True, default="")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    successor = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="predecessors")
    colours = models.JSONField(default=dict)
    postal_address = models.TextField(blank=True, default="")
    email = models.TextField(blank=True, default="")

    class Meta:
        db_table = "administrations_administration"


class Service(models.Model):
    """A team in an administration."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    administration = models.ForeignKey(Administration, on_delete=models.PROTECT, related_name="services")
    code = models.SlugField(max_length=60)
    names = models.JSONField()

    class Meta:
        db_table = "administrations_service"
        constraints = [models.UniqueConstraint(fields=["administration", "code"], name="administrations_service_code")]


class Officer(models.Model):
    """One login may be an officer of several administrations, once in each."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    administration = models.ForeignKey(Administration, on_delete=models.PROTECT, related_name="officers")
    issuer = models.TextField()
    subject = models.TextField()
    given_name = models.TextField()
    family_name = models.TextField()
    active = models.BooleanField(default=True)
    ended_on = models.DateField(null=True)  # written by the row itself, when it is no longer active

    class Meta:
        db_table = "administrations_officer"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject", "administration"], name="administrations_officer_login")
        ]


class OfficerRole(models.Model):
    """A role in a service, or in the whole administration when there is none."""

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="held")
    service = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="held")
    role = models.TextField()

    class Meta:
        db_table = "administrations_officer_role"
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "service", "role"], name="administrations_officer_role_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=["clerk", "adviser", "decider", "publisher", "auditor", "investigator"]),
                name="administrations_officer_role_known",
            ),
        ]
