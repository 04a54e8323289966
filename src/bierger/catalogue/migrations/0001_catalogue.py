# SPDX-License-Identifier: EUPL-1.2
"""Versions, activations, search texts, and what the database promises about them."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from bierger.infra.rls import technical

EXTENSIONS = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
"""

IMMUTABLE = """
CREATE FUNCTION catalogue_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A published version never changes: %', OLD.digest USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER catalogue_version_stays BEFORE UPDATE OR DELETE ON catalogue_packageversion
  FOR EACH ROW EXECUTE FUNCTION catalogue_version_stays();

CREATE FUNCTION catalogue_activation_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE'
     OR (NEW.id, NEW.owner, NEW.name, NEW.administration, NEW.digest, NEW.starts)
        IS DISTINCT FROM (OLD.id, OLD.owner, OLD.name, OLD.administration, OLD.digest, OLD.starts) THEN
    RAISE EXCEPTION 'Of an activation only the end may move: %', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER catalogue_activation_stays BEFORE UPDATE OR DELETE ON catalogue_activation
  FOR EACH ROW EXECUTE FUNCTION catalogue_activation_stays();

-- NULL is never equal to NULL, so "everywhere" gets a value of its own here; an empty period overlaps nothing.
ALTER TABLE catalogue_activation ADD CONSTRAINT catalogue_activation_one_at_a_time EXCLUDE USING gist (
  owner WITH =, name WITH =, coalesce(administration, '00000000-0000-0000-0000-000000000000'::uuid) WITH =,
  tstzrange(starts, ends) WITH &&
);
"""

# unaccent() is only STABLE because its dictionary could be altered; ours is named in full and ships with PostgreSQL.
SEARCH = """
CREATE FUNCTION catalogue_plain(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN lower(public.unaccent('public.unaccent'::regdictionary, words));

CREATE TEXT SEARCH CONFIGURATION catalogue_fr (COPY = pg_catalog.french);
ALTER TEXT SEARCH CONFIGURATION catalogue_fr ALTER MAPPING FOR hword, hword_part, word WITH public.unaccent, pg_catalog.french_stem;
CREATE TEXT SEARCH CONFIGURATION catalogue_de (COPY = pg_catalog.german);
ALTER TEXT SEARCH CONFIGURATION catalogue_de ALTER MAPPING FOR hword, hword_part, word WITH public.unaccent, pg_catalog.german_stem;
CREATE TEXT SEARCH CONFIGURATION catalogue_en (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION catalogue_en ALTER MAPPING FOR hword, hword_part, word WITH public.unaccent, pg_catalog.english_stem;
CREATE TEXT SEARCH CONFIGURATION catalogue_lb (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION catalogue_lb ALTER MAPPING FOR hword, hword_part, word WITH public.unaccent, pg_catalog.simple;

CREATE FUNCTION catalogue_words(language text) RETURNS regconfig LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN CASE language WHEN 'fr' THEN 'public.catalogue_fr'::regconfig WHEN 'de' THEN 'public.catalogue_de'::regconfig
         WHEN 'en' THEN 'public.catalogue_en'::regconfig ELSE 'public.catalogue_lb'::regconfig END;

ALTER TABLE catalogue_searchtext
  ADD COLUMN plain text GENERATED ALWAYS AS (catalogue_plain(title || ' ' || keywords || ' ' || summary)) STORED,
  ADD COLUMN words tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector(catalogue_words(language), title), 'A')
    || setweight(to_tsvector(catalogue_words(language), keywords), 'B')
    || setweight(to_tsvector(catalogue_words(language), summary), 'C')
    || setweight(to_tsvector(catalogue_words(language), body), 'D')
  ) STORED;
CREATE INDEX catalogue_searchtext_words ON catalogue_searchtext USING gin (words);
CREATE INDEX catalogue_searchtext_plain ON catalogue_searchtext USING gin (plain gin_trgm_ops);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("infra", "0001_principal_outbox_clock")]
    operations = [
        migrations.RunSQL(EXTENSIONS, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="PackageVersion",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("owner", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=64)),
                ("version", models.PositiveIntegerField()),
                ("competence", models.CharField(max_length=16)),
                ("title", models.JSONField()),
                ("closure", models.BinaryField()),
                ("published_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["owner", "name", "published_at"], name="catalogue_version_of")],
            },
        ),
        migrations.CreateModel(
            name="Activation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("owner", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=64)),
                ("administration", models.UUIDField(null=True)),
                (
                    "version",
                    models.ForeignKey(
                        db_column="digest",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.packageversion",
                    ),
                ),
                ("starts", models.DateTimeField()),
                ("ends", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(ends__isnull=True) | models.Q(ends__gte=models.F("starts")),
                        name="catalogue_activation_ends_after_start",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchText",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "version",
                    models.ForeignKey(
                        db_column="digest",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalogue.packageversion",
                    ),
                ),
                ("language", models.CharField(max_length=2)),
                ("title", models.TextField()),
                ("summary", models.TextField()),
                ("keywords", models.TextField()),
                ("body", models.TextField()),
                ("themes", models.JSONField(default=list)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["version", "language"], name="catalogue_searchtext_once")],
            },
        ),
        migrations.RunSQL(IMMUTABLE, migrations.RunSQL.noop),
        migrations.RunSQL(SEARCH, migrations.RunSQL.noop),
        *(
            technical(f"catalogue_{table}", web="SELECT", worker="SELECT", reason="published procedures are public")
            for table in ("packageversion", "activation", "searchtext")
        ),
    ]
