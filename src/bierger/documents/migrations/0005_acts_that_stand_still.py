# SPDX-License-Identifier: EUPL-1.2
"""Which acts stand still, counted: for the sweep that moves them on, and for `/metrics`, where the web login sees no acts."""

from django.db import migrations, models
from django.db.models import Q

from bierger.infra.rls import finder

# Counts by code and nothing else: the code of what failed last, or the state in which it waits.
COUNT = """
CREATE FUNCTION documents_standing(since timestamptz) RETURNS TABLE (why text, acts bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(nullif(problem, ''), state), count(*) FROM documents_act
  WHERE state <> 'delivered' AND decided_at <= since GROUP BY 1 $$
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0004_what_a_case_holds_stays")]
    operations = [
        migrations.AddIndex(
            model_name="act",
            index=models.Index(fields=["decided_at"], condition=~Q(("state", "delivered")), name="documents_act_standing"),
        ),
        finder(COUNT, name="documents_standing(timestamptz)"),
    ]
