# SPDX-License-Identifier: EUPL-1.2
"""Which checkpoints readers may see: a row follows its checkpoint's, once its files are on the disk.

Until now a checkpoint's files were written before its row, so every row that is there was seen.
"""

from django.db import migrations, models

from bierger.infra.rls import technical

SEEN = "INSERT INTO ledger_shown (size, at) SELECT size, at FROM ledger_checkpoint"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_log_and_keys")]
    operations = [
        migrations.CreateModel(
            name="Shown",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "ledger_shown"},
        ),
        migrations.RunSQL(SEEN, migrations.RunSQL.noop),
        technical("ledger_shown", web="SELECT", worker="SELECT, INSERT", reason="which public tree heads are published"),
    ]
