# SPDX-License-Identifier: EUPL-1.2
"""The queue, the checkpoints, the keys. A checkpoint and a leaf's index never change: the database refuses."""

from django.db import migrations, models

from bierger.infra.rls import technical

IMMUTABLE = """
CREATE FUNCTION ledger_checkpoint_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A checkpoint never changes: %', OLD.size USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER ledger_checkpoint_stays BEFORE UPDATE OR DELETE ON ledger_checkpoint
  FOR EACH ROW EXECUTE FUNCTION ledger_checkpoint_stays();

CREATE FUNCTION ledger_queue_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.leaf_index IS NOT NULL OR NEW.commitment IS DISTINCT FROM OLD.commitment THEN
    RAISE EXCEPTION 'An entry of the log never changes: %', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_queue_stays BEFORE UPDATE OR DELETE ON ledger_queue
  FOR EACH ROW EXECUTE FUNCTION ledger_queue_stays();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("infra", "0001_principal_outbox_clock")]
    operations = [
        migrations.CreateModel(
            name="QueueEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("commitment", models.BinaryField(unique=True)),
                ("kind", models.SmallIntegerField()),
                ("queued_at", models.DateTimeField()),
                ("leaf_index", models.BigIntegerField(null=True, unique=True)),
                ("logged_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "ledger_queue",
                "indexes": [
                    models.Index(fields=["id"], name="ledger_queue_waiting", condition=models.Q(leaf_index__isnull=True))
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(leaf_index__isnull=True, logged_at__isnull=True)
                        | models.Q(leaf_index__isnull=False, logged_at__isnull=False),
                        name="ledger_queue_logged_has_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("previous", models.BigIntegerField(unique=True)),
                ("root", models.BinaryField()),
                ("note", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "ledger_checkpoint",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(size__gt=models.F("previous")), name="ledger_checkpoint_grows")
                ],
            },
        ),
        migrations.CreateModel(
            name="Key",
            fields=[
                ("kid", models.BinaryField(primary_key=True, serialize=False)),
                ("owner", models.TextField()),
                ("administration", models.UUIDField(null=True)),
                ("purpose", models.TextField()),
                ("alg", models.TextField()),
                ("public_key", models.BinaryField()),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField(null=True)),
                ("status", models.TextField(default="active")),
                ("revoked_from", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "ledger_key",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["owner", "purpose"], name="ledger_key_one_active", condition=models.Q(status="active")
                    ),
                    models.CheckConstraint(condition=models.Q(purpose__in=("seal", "log")), name="ledger_key_purpose"),
                    models.CheckConstraint(
                        condition=models.Q(status__in=("active", "retired", "revoked")), name="ledger_key_status"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KeyListVersion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("issued_at", models.DateTimeField()),
                ("body", models.BinaryField()),
                ("salt", models.BinaryField()),
                ("commitment", models.BinaryField(unique=True)),
            ],
            options={"db_table": "ledger_key_list"},
        ),
        migrations.RunSQL(IMMUTABLE, migrations.RunSQL.noop),
        technical("ledger_queue", web="SELECT, INSERT", worker="SELECT, INSERT, UPDATE", reason="salted commitments, nobody in them"),
        technical("ledger_checkpoint", web="SELECT", worker="SELECT, INSERT", reason="public tree heads"),
        technical("ledger_key", web="SELECT", worker="SELECT, INSERT, UPDATE", reason="public keys of administrations"),
        technical("ledger_key_list", web="SELECT", worker="SELECT, INSERT", reason="the public key list"),
    ]
