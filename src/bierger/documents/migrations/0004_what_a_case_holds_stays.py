# SPDX-License-Identifier: EUPL-1.2
"""What a case holds is erased by nobody, the system neither, until the case has given up its hold.

A policy judges by what was committed when the DELETE began. Whoever begins it while a submission or an answer is on its way does
not see the case's hold, waits for the blob's row, which the hold's foreign key locks, and would then destroy the key of what was
acknowledged a moment ago. A trigger is asked after that wait, with the eyes of then. It passes the row over, as a policy does.
"""

from django.db import migrations

STAYS = """
CREATE FUNCTION documents_held_stays() RETURNS trigger LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
BEGIN
  IF documents_held_by_case(OLD.id) THEN
    RETURN NULL;
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER documents_held_stays BEFORE DELETE ON documents_blob FOR EACH ROW EXECUTE FUNCTION documents_held_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_files_that_wait")]
    operations = [
        migrations.RunSQL(STAYS, "DROP TRIGGER documents_held_stays ON documents_blob; DROP FUNCTION documents_held_stays();"),
    ]
