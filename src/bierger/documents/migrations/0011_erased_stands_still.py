# SPDX-License-Identifier: EUPL-1.2
"""What was erased goes no further, and is waited for by nobody: neither an alarm nor a delivery."""

from django.db import migrations

from bierger.infra.rls import finder

STANDING = """
CREATE OR REPLACE FUNCTION documents_standing(since timestamptz) RETURNS TABLE (why text, acts bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(nullif(problem, ''), state), count(*) FROM documents_act
  WHERE state <> 'delivered' AND revoked_at IS NULL AND erased_at IS NULL AND decided_at <= since GROUP BY 1 $$
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0010_short_lived")]
    operations = [finder(STANDING, name="documents_standing(timestamptz)")]
