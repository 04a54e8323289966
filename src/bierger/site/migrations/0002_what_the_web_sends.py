# SPDX-License-Identifier: EUPL-1.2
"""The web sends the topics that its code sends (`wiring.OF_THE_WEB`), about identifiers, and nothing of a row's place.

Handlers act as the system. A topic that only the worker sends tells them what the worker has seen to (a leaf was appended, an act
was delivered): the web's login must not say so. A number given in advance would make the row that is due for it fail. What is no
identifier would make a job that fails for ever. Whoever may update rows, the worker and the owner, is not held to it.
"""

from django.db import migrations

AS_SENT = """
CREATE FUNCTION infra_outbox_of_web() RETURNS TABLE (topic text, ids text[]) LANGUAGE sql IMMUTABLE AS $$
  VALUES ('flows.task-ready', ARRAY['subject', 'task']), ('documents.act-revoked', ARRAY['act', 'case']),
    ('documents.type-registered', ARRAY['code']) $$;
CREATE FUNCTION infra_outbox_as_sent() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF has_table_privilege('infra_outbox', 'UPDATE') THEN
    RETURN NEW;
  END IF;
  IF NOT EXISTS (SELECT FROM infra_outbox_of_web() AS web WHERE web.topic = NEW.topic
       AND web.ids = ARRAY(SELECT name COLLATE "C" FROM jsonb_object_keys(NEW.ids) AS name ORDER BY 1))
     OR EXISTS (SELECT FROM jsonb_each_text(NEW.ids) AS one WHERE one.value IS NULL OR one.value !~
       CASE one.key WHEN 'code' THEN '^[[:graph:]]{1,200}$' ELSE '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' END) THEN
    RAISE EXCEPTION 'The web does not send % of this', NEW.topic USING ERRCODE = 'insufficient_privilege';
  END IF;
  NEW.id := nextval(pg_get_serial_sequence('infra_outbox', 'id'));
  RETURN NEW;
END $$;
CREATE TRIGGER infra_outbox_as_sent BEFORE INSERT ON infra_outbox FOR EACH ROW EXECUTE FUNCTION infra_outbox_as_sent();
"""
UNDONE = """
DROP TRIGGER infra_outbox_as_sent ON infra_outbox;
DROP FUNCTION infra_outbox_as_sent();
DROP FUNCTION infra_outbox_of_web();
"""


class Migration(migrations.Migration):
    dependencies = [("site", "0001_rights_on_library_tables"), ("infra", "0003_clock_by_the_owner")]
    operations = [migrations.RunSQL(AS_SENT, UNDONE)]
