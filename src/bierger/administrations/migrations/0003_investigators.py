# SPDX-License-Identifier: EUPL-1.2
"""A role more: the investigator, who alone may order that a person is told later who read their data."""

from django.db import migrations, models

NAME = "administrations_officer_role_known"
ROLES = ["clerk", "adviser", "decider", "publisher", "auditor", "investigator"]


class Migration(migrations.Migration):
    dependencies = [("administrations", "0002_principal_offices")]
    operations = [
        migrations.RemoveConstraint("OfficerRole", NAME),
        migrations.AddConstraint("OfficerRole", models.CheckConstraint(condition=models.Q(("role__in", ROLES)), name=NAME)),
    ]
