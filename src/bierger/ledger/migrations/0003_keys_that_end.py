# SPDX-License-Identifier: EUPL-1.2
"""Why a key was revoked, and how many entries the log had at the instant from which on it is: that dates what it had signed before."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_shown")]
    operations = [
        migrations.AddField("key", "revoked_at_size", models.BigIntegerField(null=True)),
        migrations.AddField("key", "reason", models.TextField(default="")),
        migrations.AddConstraint(
            "key",
            models.CheckConstraint(
                condition=Q(revoked_at_size__isnull=True) | Q(revoked_from__isnull=False), name="ledger_key_size_goes_with_instant"
            ),
        ),
    ]
