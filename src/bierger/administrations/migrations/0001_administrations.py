# SPDX-License-Identifier: EUPL-1.2
"""Tenants, services, officers, roles: public names, written by the owner only."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from bierger.infra.rls import finder, protect

# Somebody has to act, even if only anonymously: without a principal nothing is seen.
ANYBODY = "(SELECT principal_kind()) IS NOT NULL"
COLLEAGUE = "administration_id = (SELECT principal_administration())"
STAFF = f"({COLLEAGUE}) OR (SELECT principal_kind()) IN ('system', 'worker')"
# The sub-select runs under the policy of its own table, so it says "an officer I may see".
STAFF_ROLE = "officer_id IN (SELECT id FROM administrations_officer)"

# One commune code is one commune at a time; a merger ends one row the day before the next begins.
NO_OVERLAP = """
ALTER TABLE administrations_administration
  ADD CONSTRAINT administrations_administration_days CHECK (valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to),
  ADD CONSTRAINT administrations_administration_lau2 CHECK ((kind = 'commune') = (lau2 <> '')),
  ADD CONSTRAINT administrations_administration_kind CHECK (kind IN ('commune', 'state')),
  ADD CONSTRAINT administrations_administration_one_at_a_time
    EXCLUDE USING gist (lau2 WITH =, daterange(valid_from, valid_to, '[]') WITH &&) WHERE (lau2 <> '')
"""

# Offices are looked up before anybody acts: exact issuer and subject, active ones only.
CARD = """
CREATE FUNCTION administrations_officer_card(wanted_issuer text, wanted_subject text)
RETURNS TABLE (officer uuid, administration uuid, administration_code text, given_name text, family_name text, role text, service uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.id, o.administration_id, a.code::text, o.given_name, o.family_name, r.role, r.service_id
  FROM administrations_officer o JOIN administrations_administration a ON a.id = o.administration_id
  LEFT JOIN administrations_officer_role r ON r.officer_id = o.id
  WHERE o.issuer = wanted_issuer AND o.subject = wanted_subject AND o.active ORDER BY a.sort_name, o.id, r.id
$$
"""
# Whether requests can go there is public; who works there is not.
SERVED = """
CREATE FUNCTION administrations_served() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT administration_id FROM administrations_officer WHERE active
$$
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("infra", "0001_principal_outbox_clock")]
    operations = [
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS btree_gist", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Administration",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("code", models.SlugField(max_length=60, unique=True)),
                ("kind", models.TextField(choices=[("commune", "commune"), ("state", "state")])),
                ("lau2", models.CharField(blank=True, default="", max_length=4)),
                ("names", models.JSONField()),
                ("sort_name", models.TextField(default="")),
                ("canton", models.TextField(blank=True, default="")),
                ("valid_from", models.DateField(null=True)),
                ("valid_to", models.DateField(null=True)),
                ("colours", models.JSONField(default=dict)),
                ("postal_address", models.TextField(blank=True, default="")),
                ("email", models.TextField(blank=True, default="")),
                (
                    "successor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="predecessors",
                        to="administrations.administration",
                    ),
                ),
            ],
            options={"db_table": "administrations_administration"},
        ),
        migrations.CreateModel(
            name="Officer",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("issuer", models.TextField()),
                ("subject", models.TextField()),
                ("given_name", models.TextField()),
                ("family_name", models.TextField()),
                ("active", models.BooleanField(default=True)),
                (
                    "administration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="officers", to="administrations.administration"
                    ),
                ),
            ],
            options={
                "db_table": "administrations_officer",
                "constraints": [
                    models.UniqueConstraint(fields=("issuer", "subject", "administration"), name="administrations_officer_login")
                ],
            },
        ),
        migrations.CreateModel(
            name="Service",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("code", models.SlugField(max_length=60)),
                ("names", models.JSONField()),
                (
                    "administration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="services", to="administrations.administration"
                    ),
                ),
            ],
            options={
                "db_table": "administrations_service",
                "constraints": [
                    models.UniqueConstraint(fields=("administration", "code"), name="administrations_service_code")
                ],
            },
        ),
        migrations.CreateModel(
            name="OfficerRole",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.TextField()),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="held", to="administrations.officer"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="held", to="administrations.service"
                    ),
                ),
            ],
            options={
                "db_table": "administrations_officer_role",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("officer", "service", "role"), name="administrations_officer_role_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["clerk", "adviser", "decider", "publisher", "auditor"])),
                        name="administrations_officer_role_known",
                    ),
                ],
            },
        ),
        migrations.RunSQL(NO_OVERLAP, migrations.RunSQL.noop),
        protect("administrations_administration", select=ANYBODY),
        protect("administrations_service", select=ANYBODY),
        protect("administrations_officer", select=STAFF),
        protect("administrations_officer_role", select=STAFF_ROLE),
        finder(CARD, name="administrations_officer_card(text, text)"),
        finder(SERVED, name="administrations_served()"),
    ]
