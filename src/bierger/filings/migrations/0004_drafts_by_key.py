# SPDX-License-Identifier: EUPL-1.2
"""The drafts of a space page by instant and id; and what a mandate covers is said so that lists are read along their indexes.

The policies say the same as before. Whether this is a person, and whether a mandate is for everything, does not depend on the row;
written as one alternative among others the planner takes each for true of one row in two hundred, multiplies, expects a handful of
rows, and sorts all that a space holds to show the newest. Of a CASE it expects every other row.
"""

from django.db import migrations, models

HELD = (
    "CASE (SELECT principal_kind()) WHEN 'person' THEN space = (SELECT principal_space())"
    " WHEN 'link' THEN link = (SELECT principal_link()) ELSE false END"
)
# The conditions of 0002.
OF_PROCEDURE = {
    "filings_draft": "digest IN (SELECT v.digest FROM catalogue_packageversion v"
    " WHERE v.owner || '/' || v.name = (SELECT principal_scope()))",
    "cases_case": "owner || '/' || name = (SELECT principal_scope())",
    "delivery_message": "case_id IS NOT NULL AND case_in_scope(case_id)",
}
POLICIES = [
    f"ALTER POLICY filings_draft_select ON filings_draft USING ({HELD})",
    *(
        f"ALTER POLICY {table}_scope ON {table} USING (CASE WHEN (SELECT principal_scope()) = '*' THEN true ELSE {condition} END)"
        for table, condition in OF_PROCEDURE.items()
    ),
]


class Migration(migrations.Migration):
    dependencies = [("filings", "0003_files_and_acts_of_a_case")]
    operations = [
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(
                fields=["space", "-changed_at", "-id"],
                condition=models.Q(("space__isnull", False)),
                name="filings_draft_newest",
            ),
        ),
        migrations.RemoveIndex(model_name="draft", name="filings_draft_space"),
        *(migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in POLICIES),
    ]
