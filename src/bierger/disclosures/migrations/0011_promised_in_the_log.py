# SPDX-License-Identifier: EUPL-1.2
"""For how long readings are kept stands in the log's leaf of their batch; a date that is too early lets nothing go.

1. `v`: the form of what the log holds of a batch. From 2 on the days are in it, and nobody can say fewer afterwards. Batches of
   before stay as they were logged.
2. `since`: from when the days count. Never from before an earlier batch was sealed: one that is dated back, or by a clock that had
   stood ahead when the one before it was sealed, is kept as long as that one. The trigger alone writes it. Whoever has the published
   batches computes the same (`tools/verify_readings.py`).
3. The one clock of the database is asked; the one that this app had of its own goes.
"""

from importlib import import_module

from django.db import migrations, models

from bierger.infra.rls import finder

BEFORE = import_module("bierger.disclosures.migrations.0009_kept_as_promised")

ADDED = """
ALTER TABLE disclosures_batch ADD COLUMN since timestamptz;
ALTER TABLE disclosures_batch DISABLE TRIGGER disclosures_batch_stays;
UPDATE disclosures_batch b SET since = o.since FROM (SELECT number, max(at) OVER (ORDER BY number) AS since FROM disclosures_batch) AS o
  WHERE o.number = b.number;
ALTER TABLE disclosures_batch ENABLE TRIGGER disclosures_batch_stays;
ALTER TABLE disclosures_batch ALTER COLUMN since SET NOT NULL
"""
COUNTED = """
CREATE FUNCTION disclosures_batch_counted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  NEW.since := greatest(NEW.at, (SELECT since FROM disclosures_batch ORDER BY number DESC LIMIT 1));
  RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER disclosures_batch_counted BEFORE INSERT ON disclosures_batch FOR EACH ROW EXECUTE FUNCTION disclosures_batch_counted()
"""
KEPT = BEFORE.KEPT.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace("SELECT at +", "SELECT since +")
STAYS = BEFORE.STAYS.replace("disclosures_now()", "infra_now()")


def _by_its_own_count(sql: str) -> str:
    counted = "b.since + make_interval(hours => 24 * b.kept) > (SELECT infra_now())"
    return sql.replace("b.at + make_interval(hours => 24 * b.kept) > (SELECT disclosures_now())", counted).replace(
        "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
    )


BATCHES = BEFORE.BATCHES.replace("kept integer)", "kept integer, v smallint)").replace("b.kept FROM", "b.kept, b.v FROM")


class Migration(migrations.Migration):
    dependencies = [("disclosures", "0010_told_by_a_clock_that_holds"), ("infra", "0005_now_in_the_database")]
    operations = [
        migrations.AddField("Batch", "v", models.SmallIntegerField(default=1)),
        migrations.AlterField("Batch", "v", models.SmallIntegerField(default=2)),
        migrations.RunSQL(ADDED, migrations.RunSQL.noop),
        # A trigger asks for no right of the writer's: nobody but the owner need be able to call it.
        finder(COUNTED, name="disclosures_batch_counted()", grant_to="bierger_owner"),
        migrations.RunSQL(TRIGGER, migrations.RunSQL.noop),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        migrations.RunSQL(STAYS, migrations.RunSQL.noop),
        finder(_by_its_own_count(BEFORE.ERASE), name="disclosures_erase(timestamptz, integer, uuid)", grant_to="bierger_worker"),
        finder(_by_its_own_count(BEFORE.FORGET), name="disclosures_forget(uuid, timestamptz, integer, uuid)", grant_to="bierger_worker"),
        migrations.RunSQL("DROP FUNCTION disclosures_batch_heads(bigint[])", migrations.RunSQL.noop),
        finder(BATCHES, name="disclosures_batch_heads(bigint[])"),
        migrations.RunSQL("DROP FUNCTION disclosures_now()", migrations.RunSQL.noop),
    ]
