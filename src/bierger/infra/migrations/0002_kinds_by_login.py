# SPDX-License-Identifier: EUPL-1.2
"""Only the worker's login, and the owner's for commands, may act as *worker* or *system*.

The web process says itself who acts. A mistake there must not open what belongs to the worker: the web's login that claims to be
one is nobody. `session_user` is the login also behind a pooler and inside a finder.
"""

from django.db import migrations

SAID = "nullif(current_setting('bierger.principal', true), '')::jsonb ->> 'kind'"
# One expression without a query, so that PostgreSQL folds it into whoever asks.
KIND = f"""
CREATE OR REPLACE FUNCTION principal_kind() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN {SAID} IN ('worker', 'system') AND session_user = 'bierger_web' THEN NULL ELSE {SAID} END $$
"""


class Migration(migrations.Migration):
    dependencies = [("infra", "0001_principal_outbox_clock")]
    operations = [migrations.RunSQL(KIND, migrations.RunSQL.noop)]
