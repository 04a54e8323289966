# SPDX-License-Identifier: EUPL-1.2
"""Mailboxes: written by the worker, read by their space alone; reading changes one column."""

import uuid

from django.db import migrations, models

from bierger.infra.rls import protect

OWN = "space = (SELECT principal_space())"
MESSAGE_STAYS = """
CREATE FUNCTION delivery_message_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.space, NEW.once, NEW.subject_code, NEW.params, NEW.act_id, NEW.case_id, NEW.sent_at)
       IS DISTINCT FROM (OLD.id, OLD.space, OLD.once, OLD.subject_code, OLD.params, OLD.act_id, OLD.case_id, OLD.sent_at)
     OR OLD.read_at IS NOT NULL THEN
    RAISE EXCEPTION 'A message stays as it was sent: %', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER delivery_message_stays BEFORE UPDATE ON delivery_message
  FOR EACH ROW EXECUTE FUNCTION delivery_message_stays();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("infra", "0001_principal_outbox_clock")]
    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("space", models.UUIDField()),
                ("once", models.TextField(unique=True)),
                ("subject_code", models.TextField()),
                ("params", models.JSONField(default=dict)),
                ("act_id", models.UUIDField(null=True)),
                ("case_id", models.UUIDField(null=True)),
                ("sent_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "delivery_message",
                "indexes": [models.Index(fields=["space", "-sent_at"], name="delivery_message_space")],
            },
        ),
        migrations.RunSQL(MESSAGE_STAYS, migrations.RunSQL.noop),
        protect("delivery_message", select=OWN, update=OWN),
    ]
