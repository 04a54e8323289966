# SPDX-License-Identifier: EUPL-1.2
"""People see themselves and the spaces they belong to; the worker sees people for the case it works on; officers see nobody here."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from bierger.infra.rls import finder, protect

CASCADE = django.db.models.deletion.CASCADE
WORKING = "(SELECT principal_kind()) IN ('worker', 'system')"
ME = "(SELECT principal_person())"
PERSON = f"(SELECT principal_kind()) = 'person' AND id = {ME} OR {WORKING}"
LOGIN = f"(SELECT principal_kind()) = 'person' AND person_id = {ME}"
MEMBERSHIP = f"(SELECT principal_kind()) = 'person' AND person_id = {ME} OR {WORKING}"
# Mandates name a space without asking its table, whose policy asks mandates: the circle would be refused.
MANDATE = (
    f"(SELECT principal_kind()) = 'person' AND (holder_id = {ME} OR space_id = (SELECT principal_space())) OR {WORKING}"
)
GIVEN = f"(SELECT principal_kind()) = 'person' AND space_id = (SELECT principal_space()) AND given_by = {ME}"
ENDED = f"(SELECT principal_kind()) = 'person' AND (holder_id = {ME} OR space_id = (SELECT principal_space()))"
SPACE = f"""
{WORKING} OR (SELECT principal_kind()) = 'person' AND (
  person_id = {ME}
  OR id IN (SELECT space_id FROM identity_membership WHERE person_id = {ME})
  OR id IN (SELECT space_id FROM identity_mandate WHERE holder_id = {ME} AND ended_at IS NULL))
"""
ORGANISATION = f"{WORKING} OR id IN (SELECT organisation_id FROM identity_space)"

# All that a sign-in may write, once, safe against the same person signing in twice at the same instant:
# 1. the login decides who it is; else the identification number; else somebody new
# 2. a login that belongs to another number is refused (the caller shows it): nothing is written
# 3. names follow the provider; the private space is made with the person
# 4. organisations, their spaces and memberships follow the provider; null = it says nothing about them
SIGN_IN = """
CREATE FUNCTION identity_sign_in(its_issuer text, its_subject text, said jsonb, organisations jsonb, at timestamptz)
RETURNS TABLE (person uuid, space uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  who uuid; number text := nullif(said ->> 'matricule', ''); known text; private uuid; one jsonb; firm uuid; office uuid; kept uuid[] := '{}';
BEGIN
  IF principal_kind() IS NULL THEN RAISE EXCEPTION 'nobody is acting'; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended(coalesce(number, its_issuer || ' ' || its_subject), 7011));
  SELECT l.person_id, p.matricule INTO who, known FROM identity_login l JOIN identity_person p ON p.id = l.person_id
    WHERE l.issuer = its_issuer AND l.subject = its_subject;
  IF who IS NOT NULL AND known IS NOT NULL AND number IS NOT NULL AND known <> number THEN
    RETURN;
  END IF;
  IF who IS NULL AND number IS NOT NULL THEN
    SELECT p.id INTO who FROM identity_person p WHERE p.matricule = number;
  END IF;
  IF who IS NULL THEN
    who := gen_random_uuid();
    INSERT INTO identity_person (id, matricule, given_name, family_name, birth_date, email, updated_at)
      VALUES (who, number, said ->> 'given_name', said ->> 'family_name', (said ->> 'birth_date')::date, said ->> 'email', at);
  ELSE
    UPDATE identity_person p SET matricule = coalesce(p.matricule, number), given_name = said ->> 'given_name',
      family_name = said ->> 'family_name', birth_date = coalesce((said ->> 'birth_date')::date, p.birth_date),
      email = coalesce(nullif(said ->> 'email', ''), p.email), updated_at = at WHERE p.id = who;
  END IF;
  INSERT INTO identity_login (id, issuer, subject, person_id, last_at) VALUES (gen_random_uuid(), its_issuer, its_subject, who, at)
    ON CONFLICT ON CONSTRAINT identity_login_once DO UPDATE SET last_at = excluded.last_at;
  INSERT INTO identity_space (id, kind, person_id) VALUES (gen_random_uuid(), 'private', who) ON CONFLICT (person_id) DO NOTHING;
  SELECT s.id INTO private FROM identity_space s WHERE s.person_id = who;
  IF organisations IS NOT NULL THEN
    FOR one IN SELECT * FROM jsonb_array_elements(organisations) LOOP
      INSERT INTO identity_organisation AS o (id, number, vat, name)
        VALUES (gen_random_uuid(), one ->> 'number', one ->> 'vat', one ->> 'name')
        ON CONFLICT ON CONSTRAINT identity_organisation_number_key DO UPDATE
          SET name = coalesce(nullif(excluded.name, ''), o.name), vat = coalesce(nullif(excluded.vat, ''), o.vat)
        RETURNING o.id INTO firm;
      INSERT INTO identity_space (id, kind, organisation_id) VALUES (gen_random_uuid(), 'professional', firm)
        ON CONFLICT (organisation_id) DO NOTHING;
      SELECT s.id INTO office FROM identity_space s WHERE s.organisation_id = firm;
      INSERT INTO identity_membership (space_id, person_id, role) VALUES (office, who, one ->> 'role')
        ON CONFLICT ON CONSTRAINT identity_membership_once DO UPDATE SET role = excluded.role;
      kept := kept || office;
    END LOOP;
    DELETE FROM identity_membership m WHERE m.person_id = who AND m.space_id <> ALL (kept);
  END IF;
  RETURN QUERY SELECT who, private;
END $$
"""

# Whom a reading concerns: identifiers only, for officers and the worker, who record what they read.
BEHIND = """
CREATE FUNCTION identity_people_of(wanted uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT person_id FROM identity_space WHERE id = wanted AND person_id IS NOT NULL
    AND principal_kind() IN ('officer', 'worker', 'system', 'person')
$$
"""

# A mandate is given to somebody who has signed in once and whose number one knows: the number in, id and name back.
BY_NUMBER = """
CREATE FUNCTION identity_person_by_number(wanted text) RETURNS TABLE (person uuid, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT id, given_name || ' ' || family_name FROM identity_person WHERE matricule = wanted AND principal_kind() = 'person'
$$
"""
ROLES = "ALTER TABLE identity_membership ADD CONSTRAINT identity_membership_role CHECK (role IN ('manager', 'employee'))"


class Migration(migrations.Migration):
    initial = True
    dependencies = [("infra", "0001_principal_outbox_clock")]
    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("matricule", models.CharField(max_length=13, null=True, unique=True)),
                ("given_name", models.TextField()),
                ("family_name", models.TextField()),
                ("birth_date", models.DateField(null=True)),
                ("email", models.TextField(blank=True, default="")),
                ("updated_at", models.DateTimeField()),
            ],
            options={"db_table": "identity_person"},
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=11, unique=True)),
                ("vat", models.CharField(blank=True, default="", max_length=12)),
                ("name", models.TextField()),
            ],
            options={"db_table": "identity_organisation"},
        ),
        migrations.CreateModel(
            name="Login",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("issuer", models.TextField()),
                ("subject", models.TextField()),
                ("last_at", models.DateTimeField()),
                ("person", models.ForeignKey(on_delete=CASCADE, related_name="logins", to="identity.person")),
            ],
            options={
                "db_table": "identity_login",
                "constraints": [models.UniqueConstraint(fields=("issuer", "subject"), name="identity_login_once")],
            },
        ),
        migrations.CreateModel(
            name="Space",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("kind", models.TextField(choices=[("private", "private"), ("professional", "professional")])),
                (
                    "organisation",
                    models.OneToOneField(null=True, on_delete=CASCADE, related_name="space", to="identity.organisation"),
                ),
                (
                    "person",
                    models.OneToOneField(null=True, on_delete=CASCADE, related_name="private_space", to="identity.person"),
                ),
            ],
            options={
                "db_table": "identity_space",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind", "private"), ("organisation__isnull", True), ("person__isnull", False))
                        | models.Q(("kind", "professional"), ("organisation__isnull", False), ("person__isnull", True)),
                        name="identity_space_of_one",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.TextField(choices=[("manager", "manager"), ("employee", "employee")])),
                ("person", models.ForeignKey(on_delete=CASCADE, related_name="memberships", to="identity.person")),
                ("space", models.ForeignKey(on_delete=CASCADE, related_name="memberships", to="identity.space")),
            ],
            options={
                "db_table": "identity_membership",
                "constraints": [models.UniqueConstraint(fields=("space", "person"), name="identity_membership_once")],
            },
        ),
        migrations.CreateModel(
            name="Mandate",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("space_label", models.TextField()),
                ("holder_name", models.TextField()),
                ("scope", models.TextField(default="*")),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("given_by", models.UUIDField()),
                ("given_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("holder", models.ForeignKey(on_delete=CASCADE, related_name="mandates", to="identity.person")),
                ("space", models.ForeignKey(on_delete=CASCADE, related_name="mandates", to="identity.space")),
            ],
            options={
                "db_table": "identity_mandate",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("valid_to__isnull", True), ("valid_to__gte", models.F("valid_from")), _connector="OR"),
                        name="identity_mandate_days",
                    )
                ],
            },
        ),
        migrations.RunSQL(ROLES, migrations.RunSQL.noop),
        protect("identity_person", select=PERSON),
        protect("identity_login", select=LOGIN),
        protect("identity_membership", select=MEMBERSHIP),
        protect("identity_mandate", select=MANDATE, insert=GIVEN, update=ENDED),
        protect("identity_space", select=SPACE),
        protect("identity_organisation", select=ORGANISATION),
        finder(SIGN_IN, name="identity_sign_in(text, text, jsonb, jsonb, timestamptz)", grant_to="bierger_web"),
        finder(BEHIND, name="identity_people_of(uuid)"),
        finder(BY_NUMBER, name="identity_person_by_number(text)", grant_to="bierger_web"),
    ]
