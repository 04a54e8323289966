# SPDX-License-Identifier: EUPL-1.2
"""Short-lived acts: they end at an instant, within a day, have no place in a status list and are never taken back (ADR 0016).

The seal says so to people who are offline; so the database holds everybody to it.
"""

from django.db import migrations, models
from django.db.models import Q

AS_SEALED = """
CREATE OR REPLACE FUNCTION documents_act_as_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.issuer, NEW.status_place, NEW.valid_until{new}) IS DISTINCT FROM (OLD.issuer, OLD.status_place, OLD.valid_until{old}) THEN
    RAISE EXCEPTION 'An act keeps what its seal says: %', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0009_status_lists")]
    operations = [
        migrations.AddField("act", "ends_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "act",
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(status_place__isnull=True, revoked_at__isnull=True),
                name="documents_act_ends_by_itself",
            ),
        ),
        migrations.RunSQL(AS_SEALED.format(new=", NEW.ends_at", old=", OLD.ends_at"), AS_SEALED.format(new="", old="")),
    ]
