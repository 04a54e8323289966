# SPDX-License-Identifier: EUPL-1.2
"""Logs that ended under another origin. Rows of the log that is there stay where they are: it begins at 0."""

from django.db import migrations, models

from bierger.infra.rls import technical


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_keys_that_end")]
    operations = [
        migrations.CreateModel(
            name="EarlierLog",
            fields=[
                ("number", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("origin", models.TextField(unique=True)),
                ("until", models.BigIntegerField(unique=True)),
                ("note", models.TextField()),
                ("ended_at", models.DateTimeField()),
                ("body", models.BinaryField()),
                ("salt", models.BinaryField()),
            ],
            options={"db_table": "ledger_earlier"},
        ),
        technical("ledger_earlier", web="SELECT", worker="SELECT, INSERT", reason="public tree heads of logs that ended"),
    ]
