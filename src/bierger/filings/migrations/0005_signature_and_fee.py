# SPDX-License-Identifier: EUPL-1.2
"""A filing says how it was signed and what it cost on its day; those from before say nothing about either."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("filings", "0004_drafts_by_key")]

    operations = [
        migrations.AddField("filing", "signature", models.JSONField(default=dict)),
        migrations.AddField("filing", "fee_cents", models.IntegerField(null=True)),
    ]
