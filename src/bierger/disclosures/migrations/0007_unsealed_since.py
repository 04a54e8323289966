# SPDX-License-Identifier: EUPL-1.2
"""Since when the oldest reading waits for the notariser: an instant and nothing more, for whoever watches the installation."""

from django.db import migrations

from bierger.infra.rls import finder

# By number, which the index of unsealed rows is in the order of: it is asked every few seconds, after a day of standing still too.
SINCE = """
CREATE FUNCTION disclosures_unsealed_since() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT at FROM disclosures_disclosure WHERE batch IS NULL ORDER BY id LIMIT 1
$$
"""


class Migration(migrations.Migration):
    dependencies = [("disclosures", "0006_second_look")]
    operations = [finder(SINCE, name="disclosures_unsealed_since()")]
