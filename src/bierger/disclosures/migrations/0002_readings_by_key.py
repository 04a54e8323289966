# SPDX-License-Identifier: EUPL-1.2
"""Readings page in both directions, and are counted to a cap.

1. `id + 0` is in no index: readings are found by their subjects, and nobody's but one's own are looked at. Along the primary key
   the planner would hope that they are spread evenly, and pass over every reading of the country since the last of one's own.
2. One of the two halves is never carried out: the planner sees that before it reads a row.
3. Whoever asks, asks about themselves: `disclosures_concerned()` says who that is.
"""

from django.db import migrations

from bierger.infra.rls import finder

FIND = """
CREATE FUNCTION disclosures_about_me(older bigint, newer bigint, most integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  (SELECT id FROM disclosures_disclosure
   WHERE newer IS NULL AND subjects @> ARRAY[disclosures_concerned()] AND principal_kind() = 'person'
     AND (older IS NULL OR id + 0 < older)
   ORDER BY id + 0 DESC LIMIT least(most, 200))
  UNION ALL
  (SELECT id FROM disclosures_disclosure
   WHERE newer IS NOT NULL AND subjects @> ARRAY[disclosures_concerned()] AND principal_kind() = 'person' AND id + 0 > newer
   ORDER BY id + 0 LIMIT least(most, 200))
$$
"""
COUNT = """
CREATE FUNCTION disclosures_count_about_me(most integer) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT count(*) FROM (
    SELECT FROM disclosures_disclosure WHERE subjects @> ARRAY[disclosures_concerned()] AND principal_kind() = 'person'
    ORDER BY id + 0 LIMIT most
  ) AS mine
$$
"""


class Migration(migrations.Migration):
    dependencies = [("disclosures", "0001_disclosures"), ("identity", "0002_rights_that_end_at_once")]
    operations = [
        migrations.RunSQL("DROP FUNCTION disclosures_about_me(bigint, integer)", migrations.RunSQL.noop),
        finder(FIND, name="disclosures_about_me(bigint, bigint, integer)"),
        finder(COUNT, name="disclosures_count_about_me(integer)"),
    ]
