# SPDX-License-Identifier: EUPL-1.2
"""Grants ask the one clock of the database, `infra_now()`; the one that this app had of its own goes."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("bierger.cases.migrations.0004_grants_by_the_clock")


def _by_the_one_clock(sql: str) -> str:
    return sql.replace("clock_now()", "infra_now()")


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_why_not_erased"), ("infra", "0005_now_in_the_database")]
    operations = [
        migrations.RunSQL(_by_the_one_clock(BEFORE.CASE_VISIBLE), migrations.RunSQL.noop),
        migrations.RunSQL(_by_the_one_clock(BEFORE.POLICIES), migrations.RunSQL.noop),
        migrations.RunSQL("DROP FUNCTION clock_now()", migrations.RunSQL.noop),
    ]
