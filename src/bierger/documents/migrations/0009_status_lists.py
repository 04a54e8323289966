# SPDX-License-Identifier: EUPL-1.2
"""The status list of each issuer, as signed and served; nobody stands in it."""

from django.db import migrations, models
from django.db.models import Q

from bierger.infra.rls import technical


class Migration(migrations.Migration):
    dependencies = [("documents", "0008_what_is_erased")]
    operations = [
        migrations.CreateModel(
            name="StatusListing",
            fields=[
                ("issuer", models.TextField(primary_key=True, serialize=False)),
                ("body", models.BinaryField()),
                ("commitment", models.BinaryField()),
                ("issued_at", models.DateTimeField()),
            ],
            options={"db_table": "documents_status_list"},
        ),
        technical(
            "documents_status_list", web="SELECT", worker="SELECT, INSERT, UPDATE", reason="signed lists of places, published"
        ),
        migrations.AddIndex(
            "act",
            models.Index(
                fields=["issuer", "status_place"],
                condition=Q(revoked_at__isnull=False, status_place__isnull=False),
                name="documents_act_invalid",
            ),
        ),
    ]
