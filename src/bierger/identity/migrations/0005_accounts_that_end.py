# SPDX-License-Identifier: EUPL-1.2
"""The day on which an account that nobody uses is erased. Whoever signs in keeps it: the row says so itself, whatever writes it."""

from django.db import migrations, models

KEPT = """
CREATE FUNCTION identity_person_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.ends_on := NULL;
  RETURN NEW;
END $$;
CREATE TRIGGER identity_person_kept BEFORE UPDATE ON identity_person FOR EACH ROW
  WHEN (NEW.updated_at IS DISTINCT FROM OLD.updated_at) EXECUTE FUNCTION identity_person_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_who_asks_about_whom")]
    operations = [
        migrations.AddField("Person", "ends_on", models.DateField(null=True)),
        migrations.AlterField("Person", "updated_at", models.DateTimeField(db_index=True)),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
    ]
