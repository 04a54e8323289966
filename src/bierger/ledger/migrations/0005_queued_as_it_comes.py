# SPDX-License-Identifier: EUPL-1.2
"""Whoever queues says what and when, and nothing of its place: neither its number nor its leaf.

The web may insert, so that an act is queued with the transaction that decides it. Free numbers let it hold up the log: one given in
advance makes the row that is due for it nothing (`ON CONFLICT DO NOTHING`), one below zero stands where a new log's first leaf
goes; a leaf given in advance makes every batch that reaches it fail; what is no commitment makes no leaf. The worker, who may update
rows, numbers them.
"""

from django.db import migrations

AS_IT_COMES = """
CREATE FUNCTION ledger_queue_as_it_comes() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF octet_length(NEW.commitment) <> 33 THEN
    RAISE EXCEPTION 'A leaf has 33 bytes, not %', octet_length(NEW.commitment) USING ERRCODE = 'check_violation';
  END IF;
  IF NOT has_table_privilege('ledger_queue', 'UPDATE') THEN
    IF NEW.leaf_index IS NOT NULL OR NEW.logged_at IS NOT NULL THEN
      RAISE EXCEPTION 'The sequencer gives leaves their places' USING ERRCODE = 'insufficient_privilege';
    END IF;
    NEW.id := nextval(pg_get_serial_sequence('ledger_queue', 'id'));
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_queue_as_it_comes BEFORE INSERT ON ledger_queue
  FOR EACH ROW EXECUTE FUNCTION ledger_queue_as_it_comes();
"""
UNDONE = "DROP TRIGGER ledger_queue_as_it_comes ON ledger_queue; DROP FUNCTION ledger_queue_as_it_comes();"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_earlier_logs")]
    operations = [migrations.RunSQL(AS_IT_COMES, UNDONE)]
