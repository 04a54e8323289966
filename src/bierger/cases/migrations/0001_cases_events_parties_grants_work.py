# SPDX-License-Identifier: EUPL-1.2
"""Cases, and the one rule of who may see one: the function `case_visible`."""

import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.db import migrations, models

from bierger.infra.rls import finder, protect

# The whole right to a case in one function. It looks past the policies of grants and parties (otherwise they would ask each
# other without end) and is therefore a finder: fixed search_path, one boolean out.
# `session_user` is the login role also behind a pooler and inside a finder: only the worker may be *system* or *worker*.
CASE_VISIBLE = """
CREATE FUNCTION case_visible(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT CASE principal_kind()
    WHEN 'officer' THEN EXISTS (
      SELECT FROM cases_case_grant g WHERE g.case_id = wanted AND g.administration_id = principal_administration()
        AND (g.role || ':' = ANY (principal_offices())
             OR g.role || ':' || g.service_id = ANY (principal_offices()))
        AND (g.until IS NULL OR now() < g.until))
    WHEN 'person' THEN EXISTS (SELECT FROM cases_party p WHERE p.case_id = wanted AND p.space = principal_space())
    WHEN 'link' THEN EXISTS (SELECT FROM cases_party p WHERE p.case_id = wanted AND p.link = principal_link())
    WHEN 'worker' THEN session_user = 'bierger_worker' AND wanted = principal_case()
    WHEN 'system' THEN session_user = 'bierger_worker'
    ELSE false END $$
"""
SUBJECT_VISIBLE = """
CREATE OR REPLACE FUNCTION subject_visible(wanted uuid) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT case_visible(wanted) $$
"""
# History is not rewritten, not even by the owner of the tables.
IMMUTABLE = """
CREATE FUNCTION cases_event_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'cases_event: history is not rewritten' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER cases_event_immutable BEFORE UPDATE OR DELETE ON cases_event FOR EACH ROW EXECUTE FUNCTION cases_event_is_history();
CREATE TRIGGER cases_event_kept BEFORE TRUNCATE ON cases_event FOR EACH STATEMENT EXECUTE FUNCTION cases_event_is_history();
CREATE SEQUENCE cases_number; GRANT USAGE ON SEQUENCE cases_number TO bierger_web, bierger_worker;
"""
APPLICANT = "(SELECT principal_kind()) IN ('person', 'link')"
VISIBLE = "case_visible(case_id)"
OWN_PARTY = "(space = (SELECT principal_space()) AND (SELECT principal_kind()) = 'person') OR (link = (SELECT principal_link()) AND (SELECT principal_kind()) = 'link')"
# An office for the whole administration (`role:`) or in the very service; NULL service makes the second comparison NULL.
OFFICE = (
    "administration_id = (SELECT principal_administration()) AND (role || ':' = ANY ((SELECT principal_offices())::text[])"
    " OR role || ':' || service_id = ANY ((SELECT principal_offices())::text[]))"
)
READABLE = f"{VISIBLE} AND (audience = 'all' OR (SELECT principal_kind()) IN ('officer', 'worker', 'system'))"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('administrations', '0002_principal_offices'),
        ('flows', '0001_instances_tokens_tasks_timers'),
    ]

    operations = [
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('number', models.TextField(unique=True)),
                ('digest', models.TextField()),
                ('owner', models.TextField()),
                ('name', models.TextField()),
                ('language', models.TextField()),
                ('status', models.TextField(default='open')),
                ('state', models.TextField(default='')),
                ('opened_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('open_question', models.IntegerField(null=True)),
                ('last_sequence', models.IntegerField(default=0)),
                ('last_hash', models.BinaryField(default=b'\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00')),
                ('administration', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='administrations.administration')),
            ],
            options={
                'db_table': 'cases_case',
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('pk', models.CompositePrimaryKey('case_id', 'sequence', blank=True, editable=False, primary_key=True, serialize=False)),
                ('sequence', models.IntegerField()),
                ('previous', models.BinaryField()),
                ('type', models.TextField()),
                ('actor_kind', models.TextField()),
                ('actor', models.UUIDField(null=True)),
                ('on_behalf_of', models.UUIDField(null=True)),
                ('mandate', models.UUIDField(null=True)),
                ('channel', models.TextField()),
                ('at', models.DateTimeField()),
                ('definition', models.TextField()),
                ('commitment', models.BinaryField()),
                ('hash', models.BinaryField()),
                ('audience', models.TextField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cases.case')),
            ],
            options={
                'db_table': 'cases_event',
            },
        ),
        migrations.CreateModel(
            name='EventPayload',
            fields=[
                ('pk', models.CompositePrimaryKey('case_id', 'sequence', blank=True, editable=False, primary_key=True, serialize=False)),
                ('sequence', models.IntegerField()),
                ('audience', models.TextField()),
                ('salt', models.BinaryField()),
                ('payload', models.JSONField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cases.case')),
            ],
            options={
                'db_table': 'cases_event_payload',
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.TextField()),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('administration', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='administrations.administration')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cases.case')),
                ('service', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='administrations.service')),
            ],
            options={
                'db_table': 'cases_case_grant',
            },
        ),
        migrations.CreateModel(
            name='Party',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.TextField()),
                ('space', models.UUIDField(null=True)),
                ('link', models.TextField(null=True)),
                ('name', models.TextField(default='')),
                ('subjects', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cases.case')),
            ],
            options={
                'db_table': 'cases_party',
            },
        ),
        migrations.CreateModel(
            name='ServiceJob',
            fields=[
                ('task', models.UUIDField(primary_key=True, serialize=False)),
                ('act', models.UUIDField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cases.case')),
            ],
            options={
                'db_table': 'cases_service_job',
            },
        ),
        migrations.CreateModel(
            name='Work',
            fields=[
                ('task', models.UUIDField(primary_key=True, serialize=False)),
                ('role', models.TextField()),
                ('number', models.TextField()),
                ('digest', models.TextField()),
                ('procedure', models.TextField()),
                ('node', models.TextField()),
                ('applicant', models.TextField(default='')),
                ('subjects', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('opened_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(null=True)),
                ('state', models.TextField(default='open')),
                ('officer', models.UUIDField(null=True)),
                ('marked', models.BooleanField(default=False)),
                ('administration', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='administrations.administration')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cases.case')),
                ('service', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='administrations.service')),
            ],
            options={
                'db_table': 'cases_work',
            },
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['open', 'ended'])), name='cases_case_status'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('audience__in', ['all', 'administration'])), name='cases_event_audience'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.UniqueConstraint(fields=('case', 'administration', 'service', 'role'), name='cases_case_grant_once', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='party',
            index=models.Index(condition=models.Q(('space__isnull', False)), fields=['space'], name='cases_party_space'),
        ),
        migrations.AddIndex(
            model_name='party',
            index=models.Index(condition=models.Q(('link__isnull', False)), fields=['link'], name='cases_party_link'),
        ),
        migrations.AddConstraint(
            model_name='party',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['applicant', 'beneficiary', 'representative'])), name='cases_party_kind'),
        ),
        migrations.AddConstraint(
            model_name='party',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('link__isnull', True), ('space__isnull', False)), models.Q(('link__isnull', False), ('space__isnull', True)), models.Q(('kind', 'beneficiary'), ('link__isnull', True), ('space__isnull', True)), _connector='OR'), name='cases_party_space_or_link'),
        ),
        migrations.AddConstraint(
            model_name='party',
            constraint=models.UniqueConstraint(fields=('case', 'kind', 'space', 'link'), name='cases_party_once', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='servicejob',
            index=models.Index(condition=models.Q(('act__isnull', False)), fields=['act'], name='cases_service_job_act'),
        ),
        migrations.AddIndex(
            model_name='work',
            index=models.Index(models.F('administration'), models.OrderBy(models.F('due_at'), nulls_last=True), models.F('task'), condition=models.Q(('state__in', ['open', 'claimed'])), name='cases_work_open'),
        ),
        migrations.AddConstraint(
            model_name='work',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'claimed', 'done', 'cancelled'])), name='cases_work_state'),
        ),
        finder(CASE_VISIBLE, name="case_visible(uuid)"),
        migrations.RunSQL(SUBJECT_VISIBLE, migrations.RunSQL.noop),
        migrations.RunSQL(IMMUTABLE, migrations.RunSQL.noop),
        protect("cases_case", select="case_visible(id)", insert=APPLICANT, update="case_visible(id)"),
        protect("cases_party", select=f"({OWN_PARTY}) OR case_visible(case_id)", insert=f"({OWN_PARTY}) OR (kind = 'beneficiary' AND {VISIBLE})"),
        protect("cases_event", select=READABLE, insert=VISIBLE),
        protect("cases_event_payload", select=READABLE, insert=VISIBLE),
        protect("cases_case_grant", select=OFFICE, insert=VISIBLE),
        protect("cases_work", select=f"({OFFICE}) OR ({APPLICANT} AND {VISIBLE})", insert=VISIBLE, update=VISIBLE),
        protect("cases_service_job"),
    ]
