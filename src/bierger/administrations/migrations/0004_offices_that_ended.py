# SPDX-License-Identifier: EUPL-1.2
"""The day on which an office ended: how long its name is kept is counted from it. The row writes it itself, whatever ends the office.

Of offices that had ended before, nobody wrote the day down: they count from today.
"""

from django.db import migrations, models

ENDED = """
CREATE FUNCTION administrations_office_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.ended_on := CASE WHEN NOT NEW.active THEN coalesce(NEW.ended_on,
    (nullif(current_setting('bierger.principal', true), '')::jsonb ->> 'day')::date, current_date) END;
  RETURN NEW;
END $$;
CREATE TRIGGER administrations_office_ended BEFORE INSERT OR UPDATE ON administrations_officer FOR EACH ROW
  EXECUTE FUNCTION administrations_office_ended();
UPDATE administrations_officer SET ended_on = current_date WHERE NOT active
"""


class Migration(migrations.Migration):
    dependencies = [("administrations", "0003_investigators")]
    operations = [
        migrations.AddField("Officer", "ended_on", models.DateField(null=True)),
        migrations.RunSQL(ENDED, migrations.RunSQL.noop),
    ]
