# SPDX-License-Identifier: EUPL-1.2
"""People, logins, organisations, spaces, memberships, mandates.

What a sign-in may write stands in one SQL function of migration 0001 (`identity_sign_in`): the web role has no other
right to make a person, a login or a membership.
"""

from __future__ import annotations

import uuid

from django.db import models


class Person(models.Model):
    """Birth date is a field of its own: it must not be read out of the identification number (a legal number may lie)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    matricule = models.CharField(max_length=13, unique=True, null=True)  # noqa: DJ001 - NULL: has none; '' would be a value, and unique
    given_name = models.TextField()
    family_name = models.TextField()
    birth_date = models.DateField(null=True)
    email = models.TextField(blank=True, default="")
    updated_at = models.DateTimeField(db_index=True)  # their last sign-in
    ends_on = models.DateField(null=True)  # they were told that the account is erased on this day; a sign-in takes it back

    class Meta:
        db_table = "identity_person"


class Login(models.Model):
    """One account at one provider belongs to one person; a person may have several."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    issuer = models.TextField()
    subject = models.TextField()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="logins")
    last_at = models.DateTimeField()

    class Meta:
        db_table = "identity_login"
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="identity_login_once")]


class Organisation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField(max_length=11, unique=True)
    vat = models.CharField(max_length=12, blank=True, default="")
    name = models.TextField()

    class Meta:
        db_table = "identity_organisation"


class Space(models.Model):
    """Private: of one person, one each. Professional: of one organisation, one each."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.TextField(choices=[("private", "private"), ("professional", "professional")])
    person = models.OneToOneField(Person, null=True, on_delete=models.CASCADE, related_name="private_space")
    organisation = models.OneToOneField(Organisation, null=True, on_delete=models.CASCADE, related_name="space")

    class Meta:
        db_table = "identity_space"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="private", person__isnull=False, organisation__isnull=True)
                | models.Q(kind="professional", person__isnull=True, organisation__isnull=False),
                name="identity_space_of_one",
            )
        ]


class Membership(models.Model):
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.TextField(choices=[("manager", "manager"), ("employee", "employee")])

    class Meta:
        db_table = "identity_membership"
        constraints = [models.UniqueConstraint(fields=["space", "person"], name="identity_membership_once")]


class Mandate(models.Model):
    """`holder` may act in `space`, for `scope`, on the days from `valid_from` to `valid_to`, both included."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="mandates")
    space_label = models.TextField()
    holder = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="mandates")
    holder_name = models.TextField()
    scope = models.TextField(default="*")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    given_by = models.UUIDField()
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_mandate"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="identity_mandate_days",
            )
        ]
