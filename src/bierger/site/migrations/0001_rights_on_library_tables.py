# SPDX-License-Identifier: EUPL-1.2
"""Sessions belong to the web, jobs to the worker."""

from django.db import migrations

from bierger.infra.rls import technical

JOBS = "procrastinate_jobs procrastinate_events procrastinate_periodic_defers procrastinate_workers"
# The library's own functions run with the caller's rights: the worker needs the tables, the web nothing.


class Migration(migrations.Migration):
    initial = True
    dependencies = [("infra", "0001_principal_outbox_clock"), ("sessions", "0001_initial"), ("procrastinate", "0041_post_retry_failed_job")]
    operations = [
        technical(
            "django_session",
            web="SELECT, INSERT, UPDATE, DELETE",
            worker="SELECT, DELETE",
            reason="the key is a secret of 190 bits that only its browser knows",
        ),
        technical("django_migrations", web="SELECT", worker="SELECT", reason="names of migrations, for /readyz"),
        *(
            technical(table, web="SELECT" if table == "procrastinate_jobs" else "", worker="SELECT, INSERT, UPDATE, DELETE",
                      reason="ids only; the web reads lengths for /metrics")
            for table in JOBS.split()
        ),
    ]
