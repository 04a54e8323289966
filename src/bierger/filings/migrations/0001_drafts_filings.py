# SPDX-License-Identifier: EUPL-1.2
"""Drafts and filings: seen by the space or the private link that holds them, and by nobody else."""

import django.db.models.deletion
import uuid
from django.db import migrations, models

from bierger.infra.rls import protect

HELD = (
    "(space = (SELECT principal_space()) AND (SELECT principal_kind()) = 'person')"
    " OR (link = (SELECT principal_link()) AND (SELECT principal_kind()) = 'link')"
)
OF_A_FILING = "EXISTS (SELECT FROM filings_filing f WHERE f.id = filing_id)"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('administrations', '0001_administrations'),
        ('cases', '0001_cases_events_parties_grants_work'),
    ]

    operations = [
        migrations.CreateModel(
            name='Filing',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('number', models.TextField(unique=True)),
                ('space', models.UUIDField(null=True)),
                ('link', models.TextField(null=True)),
                ('draft', models.UUIDField(unique=True)),
                ('digest', models.TextField()),
                ('language', models.TextField()),
                ('submitted_at', models.DateTimeField()),
                ('event_hash', models.BinaryField()),
                ('code', models.TextField()),
            ],
            options={
                'db_table': 'filings_filing',
                'indexes': [models.Index(condition=models.Q(('space__isnull', False)), fields=['space'], name='filings_filing_space'), models.Index(condition=models.Q(('link__isnull', False)), fields=['link'], name='filings_filing_link')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('link__isnull', True), ('space__isnull', False)), models.Q(('link__isnull', False), ('space__isnull', True)), _connector='OR'), name='filings_filing_one_holder')],
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('space', models.UUIDField(null=True)),
                ('link', models.TextField(null=True)),
                ('digest', models.TextField()),
                ('language', models.TextField()),
                ('answers', models.JSONField(default=dict)),
                ('raw', models.JSONField(default=dict)),
                ('known', models.JSONField(default=dict)),
                ('begun_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('administration', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='administrations.administration')),
            ],
            options={
                'db_table': 'filings_draft',
                'indexes': [models.Index(condition=models.Q(('space__isnull', False)), fields=['space'], name='filings_draft_space'), models.Index(condition=models.Q(('link__isnull', False)), fields=['link'], name='filings_draft_link'), models.Index(fields=['expires_at'], name='filings_draft_expires')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('link__isnull', True), ('space__isnull', False)), models.Q(('link__isnull', False), ('space__isnull', True)), _connector='OR'), name='filings_draft_one_holder')],
            },
        ),
        migrations.CreateModel(
            name='FilingCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cases.case')),
                ('filing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='filings.filing')),
            ],
            options={
                'db_table': 'filings_filing_case',
                'constraints': [models.UniqueConstraint(fields=('filing', 'case'), name='filings_filing_case_once')],
            },
        ),
        migrations.RunSQL(
            "CREATE SEQUENCE filings_number; GRANT USAGE ON SEQUENCE filings_number TO bierger_web, bierger_worker;",
            "DROP SEQUENCE filings_number",
        ),
        protect("filings_draft", select=HELD, insert=HELD, update=HELD, delete=HELD),
        protect("filings_filing", select=HELD, insert=HELD),
        protect("filings_filing_case", select=OF_A_FILING, insert=OF_A_FILING),
    ]
