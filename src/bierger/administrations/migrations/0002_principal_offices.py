# SPDX-License-Identifier: EUPL-1.2
"""The offices of the officer who acts, for policies: read from the rows, so that a right that was taken away ends at once.

`role:` is an office for the whole administration, `role:<service id>` one in a service. A session says who acts, not what
they may: role and service belong together and must not be crossed (clerk in one service, adviser in another).
"""

from django.db import migrations

from bierger.infra.rls import finder

OFFICES = """
CREATE FUNCTION principal_offices() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(r.role || ':' || coalesce(r.service_id::text, '')), '{}')
  FROM administrations_officer o JOIN administrations_officer_role r ON r.officer_id = o.id
  WHERE principal_kind() = 'officer' AND o.id = principal_officer() AND o.active AND o.administration_id = principal_administration()
$$
"""


class Migration(migrations.Migration):
    dependencies = [("administrations", "0001_administrations")]
    operations = [finder(OFFICES, name="principal_offices()")]
