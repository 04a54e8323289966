# SPDX-License-Identifier: EUPL-1.2
"""The functions that policies ask, the outbox, the heartbeat, the clock, the rate limits."""

from django.db import migrations, models

from bierger.infra.rls import technical

READ = "(nullif(current_setting('bierger.principal', true), '')::jsonb"
# `current_setting` reads '' after a commit on the same connection, never NULL again: hence nullif.
FUNCTIONS = f"""
CREATE FUNCTION principal_kind() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT {READ} ->> 'kind') $$;
CREATE FUNCTION principal_person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT {READ} ->> 'person')::uuid $$;
CREATE FUNCTION principal_space() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT {READ} ->> 'space')::uuid $$;
CREATE FUNCTION principal_administration() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT {READ} ->> 'administration')::uuid $$;
CREATE FUNCTION principal_officer() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT {READ} ->> 'officer')::uuid $$;
CREATE FUNCTION principal_case() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT {READ} ->> 'case')::uuid $$;
CREATE FUNCTION principal_link() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT {READ} ->> 'link') $$;
CREATE FUNCTION principal_roles() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(r), '{{}}') FROM jsonb_array_elements_text({READ} -> 'roles')) AS r $$;
CREATE FUNCTION principal_services() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(s::uuid), '{{}}') FROM jsonb_array_elements_text({READ} -> 'services')) AS s $$;
GRANT USAGE ON SCHEMA public TO bierger_web, bierger_worker;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Outbox",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("topic", models.TextField()),
                ("ids", models.JSONField()),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "infra_outbox"},
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[("name", models.TextField(primary_key=True, serialize=False)), ("seen_at", models.DateTimeField())],
            options={"db_table": "infra_heartbeat"},
        ),
        migrations.CreateModel(
            name="ClockOffset",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("seconds", models.BigIntegerField(default=0)),
            ],
            options={"db_table": "infra_clock_offset"},
        ),
        migrations.CreateModel(
            name="RateHit",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "infra_rate_hit",
                "indexes": [models.Index(fields=["key", "at"], name="infra_rate_hit_key_at")],
            },
        ),
        technical(
            "infra_outbox",
            web="INSERT, SELECT",
            worker="SELECT, INSERT, UPDATE, DELETE",
            reason="ids only; the web role needs SELECT for INSERT ... RETURNING",
        ),
        technical("infra_heartbeat", web="SELECT", worker="SELECT, INSERT, UPDATE, DELETE", reason="names of processes"),
        technical("infra_clock_offset", web="SELECT, INSERT, UPDATE", worker="SELECT, INSERT, UPDATE", reason="one number"),
        technical(
            "infra_rate_hit", web="SELECT, INSERT", worker="SELECT, INSERT, DELETE", reason="keys are hashed with the server's secret"
        ),
    ]
