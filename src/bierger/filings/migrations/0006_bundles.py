# SPDX-License-Identifier: EUPL-1.2
"""Drafts that are filled and submitted together; and which cases were filed together, for who may see both.

A representative for one procedure finds no part of a bundle: sent without the rest it would be another request than its holder's.
"""

from django.db import migrations, models

from bierger.infra.rls import finder

OF_PROCEDURE = "digest IN (SELECT v.digest FROM catalogue_packageversion v WHERE v.owner || '/' || v.name = (SELECT principal_scope()))"
SCOPE = "ALTER POLICY filings_draft_scope ON filings_draft USING ({0}) WITH CHECK ({0})"
EVERYTHING = "CASE WHEN (SELECT principal_scope()) = '*' THEN true ELSE {} END"
# The dangerous line is the last: what was filed beside a case is told only to who sees that case too.
TOGETHER = """
CREATE FUNCTION filed_together(wanted uuid) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT other.case_id FROM filings_filing_case one JOIN filings_filing_case other USING (filing_id)
  WHERE one.case_id = wanted AND other.case_id <> wanted AND case_visible(wanted)
    AND case_visible(other.case_id) AND (principal_scope() = '*' OR case_in_scope(other.case_id))
  ORDER BY other.id $$
"""


class Migration(migrations.Migration):
    dependencies = [("filings", "0005_signature_and_fee"), ("cases", "0004_grants_by_the_clock")]

    operations = [
        migrations.AddField("draft", "bundle", models.UUIDField(null=True)),
        migrations.AddField("draft", "place", models.SmallIntegerField(default=0)),
        migrations.AddField("draft", "situation", models.TextField(default="")),
        migrations.AddField("draft", "copied", models.JSONField(default=dict)),
        migrations.AddConstraint(
            "draft",
            models.UniqueConstraint(
                fields=["bundle", "place"], condition=models.Q(bundle__isnull=False), name="filings_draft_place"
            ),
        ),
        migrations.RunSQL(
            SCOPE.format(EVERYTHING.format(f"bundle IS NULL AND {OF_PROCEDURE}")), SCOPE.format(EVERYTHING.format(OF_PROCEDURE))
        ),
        finder(TOGETHER, name="filed_together(uuid)", grant_to="bierger_web"),
    ]
