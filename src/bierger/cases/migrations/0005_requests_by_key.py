# SPDX-License-Identifier: EUPL-1.2
"""An applicant's requests are found, counted and paged by columns of the case itself.

Two choices:

1. `space` and `link` are the applicant's of the parties, copied when the case is written: its parties are written before it and
   never change (0003). A policy that asks the parties for each row costs a thousand functions a count; one that looks at its own
   row costs none. The columns are the database's alone: a trigger writes them, and refuses whoever changes them.
2. An index holds the newest first for everything, and one for what is open: an accountant's 40 open requests are found among
   5,000 closed ones without reading those.
"""

from django.db import migrations, models

from bierger.infra.rls import finder

BACKFILL = """
UPDATE cases_case c SET space = p.space, link = p.link FROM cases_party p WHERE p.case_id = c.id AND p.kind = 'applicant'
"""
# Past the policies: what the parties are is no question of who writes.
HOLDER = """
CREATE FUNCTION cases_case_holder() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  SELECT p.space, p.link INTO NEW.space, NEW.link FROM cases_party p WHERE p.case_id = NEW.id AND p.kind = 'applicant';
  RETURN NEW;
END $$
"""
TRIGGERS = """
CREATE TRIGGER cases_case_holder BEFORE INSERT ON cases_case FOR EACH ROW EXECUTE FUNCTION cases_case_holder();
CREATE FUNCTION cases_case_holder_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'cases_case: a case stays with its applicant' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER cases_case_holder_stays BEFORE UPDATE OF id, space, link ON cases_case
  FOR EACH ROW WHEN ((OLD.id, OLD.space, OLD.link) IS DISTINCT FROM (NEW.id, NEW.space, NEW.link))
  EXECUTE FUNCTION cases_case_holder_stays();
"""
OWN = (
    "(space = (SELECT principal_space()) AND (SELECT principal_kind()) = 'person')"
    " OR (link = (SELECT principal_link()) AND (SELECT principal_kind()) = 'link')"
)
# What `case_visible` says of an applicant, said of the row itself first; everybody else is asked as before.
POLICY = f"ALTER POLICY cases_case_select ON cases_case USING ({OWN} OR case_visible(id))"


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_grants_by_the_clock")]
    operations = [
        migrations.AddField(model_name="case", name="space", field=models.UUIDField(null=True)),
        migrations.AddField(model_name="case", name="link", field=models.TextField(null=True)),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
        # Triggers ask for no right of the writer's: nobody but the owner need be able to call it.
        finder(HOLDER, name="cases_case_holder()", grant_to="bierger_owner"),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(models.F('space'), models.OrderBy(models.F('opened_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('space__isnull', False)), name='cases_case_mine'),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(models.F('space'), models.OrderBy(models.F('opened_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('space__isnull', False), ('status', 'open')), name='cases_case_mine_open'),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(condition=models.Q(('link__isnull', False)), fields=['link'], name='cases_case_link'),
        ),
        migrations.AddIndex(
            model_name="work",
            index=models.Index(models.F('administration'), models.OrderBy(models.F('due_at'), nulls_last=True), models.F('task'), condition=models.Q(('state', 'done')), name='cases_work_done'),
        ),
        migrations.RunSQL(POLICY, migrations.RunSQL.noop),
    ]
