# SPDX-License-Identifier: EUPL-1.2
"""Why the last attempt to erase a case failed, for the operator."""

import django.db.models.deletion
from django.db import migrations, models

from bierger.infra.rls import protect


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_under_oversight")]
    operations = [
        migrations.CreateModel(
            name="ErasureFailure",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to="cases.case"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("code", models.TextField()),
            ],
            options={"db_table": "cases_erasure_failure"},
        ),
        protect("cases_erasure_failure"),
    ]
