# SPDX-License-Identifier: EUPL-1.2
"""An officer's own tasks are found among ten thousand of the house without reading those."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0001_cases_events_parties_grants_work'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='work',
            index=models.Index(models.F('officer'), models.OrderBy(models.F('due_at'), nulls_last=True), models.F('task'), condition=models.Q(('officer__isnull', False), ('state__in', ['open', 'claimed'])), name='cases_work_mine'),
        ),
    ]
