# SPDX-License-Identifier: EUPL-1.2
"""Processes as rows. Who may see them is decided above: cases replaces `subject_visible`."""

import django.db.models.deletion
import uuid
from django.db import migrations, models

from bierger.infra.rls import protect

VISIBLE = "subject_visible(subject)"
NOBODY_YET = "CREATE FUNCTION subject_visible(wanted uuid) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT false $$"


class Migration(migrations.Migration):

    initial = True

    dependencies = [("infra", "0001_principal_outbox_clock")]

    operations = [
        migrations.CreateModel(
            name='Instance',
            fields=[
                ('subject', models.UUIDField(primary_key=True, serialize=False)),
                ('administration', models.UUIDField()),
                ('digest', models.TextField()),
                ('status', models.TextField()),
                ('ended', models.TextField(default='')),
                ('serial', models.IntegerField()),
                ('variables', models.JSONField()),
            ],
            options={
                'db_table': 'flows_instance',
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('node', models.TextField()),
                ('kind', models.TextField()),
                ('token', models.IntegerField()),
                ('role', models.TextField(default='')),
                ('service', models.TextField(default='')),
                ('action', models.TextField(default='')),
                ('document', models.TextField(default='')),
                ('outputs', models.JSONField(default=list)),
                ('state', models.TextField(default='open')),
                ('opened_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(null=True)),
                ('officer', models.UUIDField(null=True)),
                ('instance', models.ForeignKey(db_column='subject', on_delete=django.db.models.deletion.CASCADE, to='flows.instance')),
            ],
            options={
                'db_table': 'flows_task',
                'constraints': [models.UniqueConstraint(fields=('instance', 'number'), name='flows_task_once'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'claimed', 'done', 'cancelled'])), name='flows_task_state'), models.CheckConstraint(condition=models.Q(models.Q(('officer__isnull', False), ('state', 'claimed')), models.Q(('state', 'claimed'), _negated=True), _connector='OR'), name='flows_task_claimed_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='Timer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('node', models.TextField()),
                ('task', models.IntegerField()),
                ('due_at', models.DateTimeField()),
                ('state', models.TextField(default='running')),
                ('instance', models.ForeignKey(db_column='subject', on_delete=django.db.models.deletion.CASCADE, to='flows.instance')),
            ],
            options={
                'db_table': 'flows_timer',
                'indexes': [models.Index(condition=models.Q(('state', 'running')), fields=['due_at'], name='flows_timer_running')],
                'constraints': [models.UniqueConstraint(fields=('instance', 'number'), name='flows_timer_once'), models.CheckConstraint(condition=models.Q(('state__in', ['running', 'due', 'fired', 'cancelled'])), name='flows_timer_state')],
            },
        ),
        migrations.CreateModel(
            name='Token',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('node', models.TextField()),
                ('flow', models.TextField()),
                ('scope', models.IntegerField()),
                ('instance', models.ForeignKey(db_column='subject', on_delete=django.db.models.deletion.CASCADE, to='flows.instance')),
            ],
            options={
                'db_table': 'flows_token',
                'constraints': [models.UniqueConstraint(fields=('instance', 'number'), name='flows_token_once')],
            },
        ),
        migrations.RunSQL(NOBODY_YET, migrations.RunSQL.noop),
        protect("flows_instance", select=VISIBLE, insert=VISIBLE, update=VISIBLE),
        protect("flows_token", select=VISIBLE, insert=VISIBLE, update=VISIBLE, delete=VISIBLE),
        protect("flows_task", select=VISIBLE, insert=VISIBLE, update=VISIBLE),
        protect("flows_timer", select=VISIBLE, insert=VISIBLE, update=VISIBLE),
    ]
