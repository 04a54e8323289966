# SPDX-License-Identifier: EUPL-1.2
"""`infra_now()` is `bierger.infra.clock.now()` for the database: the machine's instant and the row that the demonstration moves.

In production there is no such row, since `clock.move` refuses to make one. A statement's own instant, not the transaction's: what a
transaction writes is dated after it began.
"""

from django.db import migrations

# The schema is named: a temporary table of the same name would stand in front of it.
NOW = """
CREATE FUNCTION infra_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT statement_timestamp()
    + coalesce((SELECT make_interval(secs => seconds) FROM public.infra_clock_offset WHERE id = 1), interval '0') $$
"""


class Migration(migrations.Migration):
    dependencies = [("infra", "0004_clock_that_holds")]
    operations = [migrations.RunSQL(NOW, migrations.RunSQL.noop)]
