# SPDX-License-Identifier: EUPL-1.2
"""Only the owner moves the clock.

Rights end by this clock (`cases`, migration 0004): who can turn it back gives themselves what was taken away. Web and worker
read it; `./bierger clock` signs in as the owner.
"""

from django.db import migrations

CLOCK = """
REVOKE ALL ON infra_clock_offset FROM bierger_web, bierger_worker;
GRANT SELECT ON infra_clock_offset TO bierger_web, bierger_worker
"""


class Migration(migrations.Migration):
    dependencies = [("infra", "0002_kinds_by_login")]
    operations = [migrations.RunSQL(CLOCK, migrations.RunSQL.noop)]
