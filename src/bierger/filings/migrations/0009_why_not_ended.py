# SPDX-License-Identifier: EUPL-1.2
"""Why the last attempt to erase an account or an office failed, for the operator."""

from django.db import migrations, models

from bierger.infra.rls import protect


class Migration(migrations.Migration):
    dependencies = [("filings", "0008_draft_of_a_case")]
    operations = [
        migrations.CreateModel(
            name="ErasureFailure",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("due_on", models.DateField()),
                ("code", models.TextField()),
            ],
            options={"db_table": "filings_erasure_failure"},
        ),
        protect("filings_erasure_failure"),
    ]
