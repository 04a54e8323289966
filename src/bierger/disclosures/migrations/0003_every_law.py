# SPDX-License-Identifier: EUPL-1.2
"""A reading names every law of its procedure: title, ELI and articles, where one line of text stood."""

from django.db import migrations, models

LAWS = """
ALTER TABLE disclosures_disclosure
  ALTER COLUMN legal_basis TYPE jsonb USING
    CASE legal_basis WHEN '' THEN '[]'::jsonb ELSE jsonb_build_array(jsonb_build_object('title', legal_basis)) END
"""
TITLES = """
ALTER TABLE disclosures_disclosure ALTER COLUMN legal_basis TYPE text USING coalesce(legal_basis -> 0 ->> 'title', '')
"""


class Migration(migrations.Migration):
    dependencies = [("disclosures", "0002_readings_by_key")]
    operations = [
        migrations.RunSQL(
            LAWS, TITLES, state_operations=[migrations.AlterField("Disclosure", "legal_basis", models.JSONField(default=list))]
        ),
    ]
