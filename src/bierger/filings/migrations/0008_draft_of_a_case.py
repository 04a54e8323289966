# SPDX-License-Identifier: EUPL-1.2
"""Of several filed together, which draft became which case: whoever comes back to a page of one is led to the receipt of all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("filings", "0007_accounts_and_offices")]
    operations = [
        migrations.AddField("filingcase", "draft", models.UUIDField(null=True)),
        migrations.AddIndex(
            "filingcase",
            models.Index(fields=["draft"], name="filings_filing_case_draft", condition=models.Q(draft__isnull=False)),
        ),
    ]
