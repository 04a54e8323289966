# SPDX-License-Identifier: EUPL-1.2
"""What a process knows is the administration's; whoever moves it may write of it what the engine writes, and nothing else.

1. The variables leave the instance for a table of their own, which parties of the subject do not read: officers write there what
   they tell each other. What the form of an applicant's task shows is copied to that task when it opens (`shown`).
2. An applicant who completes a task moves the process, and the next step is worked out from all variables, in their transaction.
   Two functions read and write them for `flows.services`.
3. Tokens, timers, new tasks and the state of the instance are written by a web login only while it moves the process: in the
   transaction that begins it (`opened_in`) or that completes a task of its own (`done_in`). Both columns are the database's alone.
4. A task changes its state and its holder, forward only; whose task it is decides the role (`cases` says who holds which office).

`opened_in` and `done_in` keep the number of a transaction. In a restored database an old number comes by once more; whoever has
just that transaction could move their own process in it, which gives them nothing that they need not do as well.
"""

import django.db.models.deletion
from django.db import migrations, models

from bierger.infra.rls import finder, protect

VISIBLE = "subject_visible(subject)"
KIND = "(SELECT principal_kind())"
# In the transaction that begins the process, or in which one of its tasks was done. Past the policies: one more look at each row
# of the same subject would ask them again for each row that is written.
MOVING = """
CREATE FUNCTION subject_moving(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM flows_instance i WHERE i.subject = wanted AND i.opened_in = pg_current_xact_id_if_assigned())
    OR EXISTS (SELECT FROM flows_task t WHERE t.subject = wanted AND t.done_in = pg_current_xact_id_if_assigned()) $$
"""
# Replaced above, by `cases`: is the task in a worklist of the officer who acts?
OFFICE = "CREATE FUNCTION task_in_office(wanted uuid) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT false $$"
# A worker on one case moves it for a timer or an action: no task of its own is done first.
MOVES = f"{VISIBLE} AND ({KIND} = 'worker' OR subject_moving(subject))"
# Officers, the worker. The system has its own policy.
INSIDE = f"{KIND} IN ('officer', 'worker') AND {VISIBLE}"

# The dangerous line is the last of the condition. A party of the subject may not read its variables, and yet their transaction works
# out what follows from them. So the function gives them to a party for as long as the process waits for that party, and to nobody
# who does not see the subject. `flows.services` alone calls it, and hands nothing of it to whoever called.
READ = """
CREATE FUNCTION flows_variables_to_move(wanted uuid) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT v.variables FROM flows_variables v WHERE v.subject = wanted AND subject_visible(wanted)
    AND (principal_kind() IN ('officer', 'worker', 'system')
      OR EXISTS (SELECT FROM flows_task t WHERE t.subject = wanted AND t.role = 'applicant' AND t.state = 'open')) $$
"""
# Only in the move itself: after the task was done, before the transaction ends. False: refused.
WRITE = """
CREATE FUNCTION flows_variables_moved(wanted uuid, said jsonb) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE flows_variables v SET variables = said WHERE v.subject = wanted AND subject_visible(wanted)
    AND (principal_kind() IN ('worker', 'system') OR subject_moving(wanted));
  RETURN FOUND;
END $$
"""
COLUMNS = "ALTER TABLE flows_instance ADD COLUMN opened_in xid8; ALTER TABLE flows_task ADD COLUMN done_in xid8"
TRIGGERS = """
CREATE FUNCTION flows_instance_marked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.opened_in := pg_current_xact_id();
    RETURN NEW;
  END IF;
  IF (NEW.subject, NEW.administration, NEW.digest) IS DISTINCT FROM (OLD.subject, OLD.administration, OLD.digest) THEN
    RAISE EXCEPTION 'flows_instance: a process stays with its subject and its definition' USING ERRCODE = 'restrict_violation';
  END IF;
  NEW.opened_in := OLD.opened_in;
  RETURN NEW;
END $$;
CREATE TRIGGER flows_instance_marked BEFORE INSERT OR UPDATE ON flows_instance FOR EACH ROW EXECUTE FUNCTION flows_instance_marked();

CREATE FUNCTION flows_task_marked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.done_in := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.done_in END;
  RETURN NEW;
END $$;
CREATE TRIGGER flows_task_marked BEFORE INSERT OR UPDATE ON flows_task FOR EACH ROW EXECUTE FUNCTION flows_task_marked();
CREATE FUNCTION flows_task_done() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.done_in := pg_current_xact_id();
  RETURN NEW;
END $$;
-- After `flows_task_marked`, by its name: triggers of one kind run in the order of theirs.
CREATE TRIGGER flows_task_marked_done BEFORE UPDATE OF state ON flows_task FOR EACH ROW WHEN (NEW.state = 'done')
  EXECUTE FUNCTION flows_task_done();

CREATE FUNCTION flows_task_same() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.subject, NEW.number, NEW.node, NEW.kind, NEW.token, NEW.role, NEW.service, NEW.action, NEW.document, NEW.outputs,
      NEW.opened_at, NEW.due_at)
    IS DISTINCT FROM (OLD.id, OLD.subject, OLD.number, OLD.node, OLD.kind, OLD.token, OLD.role, OLD.service, OLD.action, OLD.document,
      OLD.outputs, OLD.opened_at, OLD.due_at)
    OR (NEW.shown IS DISTINCT FROM OLD.shown AND principal_kind() IN ('person', 'link', 'officer')) THEN
    RAISE EXCEPTION 'flows_task: only state and holder change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER flows_task_same BEFORE UPDATE ON flows_task FOR EACH ROW EXECUTE FUNCTION flows_task_same();

-- Forward only, and of two officers one: the compare-and-swap of `flows.services.tasks`, said by the database too.
CREATE FUNCTION flows_task_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state IN ('done', 'cancelled')
    OR (NEW.officer IS DISTINCT FROM OLD.officer
      AND (OLD.state, NEW.state) NOT IN (('open', 'claimed'), ('claimed', 'open')))
    OR (OLD.state = 'claimed' AND NEW.state = 'open' AND principal_kind() = 'officer'
      AND OLD.officer IS DISTINCT FROM principal_officer()) THEN
    RAISE EXCEPTION 'flows_task: % does not become %', OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER flows_task_forward BEFORE UPDATE OF state, officer ON flows_task FOR EACH ROW EXECUTE FUNCTION flows_task_forward();
"""
# `done` without a holder was one of the worker's; an officer's is held by whoever takes it. USING stays at what is seen: a row is
# locked by it as well.
TASK_WRITTEN = f"""{VISIBLE} AND CASE {KIND}
  WHEN 'worker' THEN true
  WHEN 'officer' THEN (state = 'cancelled' AND subject_moving(subject))
    OR (kind = 'user' AND task_in_office(id) AND (state = 'open' OR (state IN ('claimed', 'done') AND officer = (SELECT principal_officer()))))
  ELSE (state = 'cancelled' AND subject_moving(subject)) OR (state = 'done' AND kind = 'user' AND role = 'applicant') END"""
POLICIES = f"""
ALTER POLICY flows_instance_insert ON flows_instance WITH CHECK ({VISIBLE} AND {KIND} IN ('person', 'link', 'worker'));
ALTER POLICY flows_instance_update ON flows_instance USING ({VISIBLE}) WITH CHECK ({MOVES});
ALTER POLICY flows_token_insert ON flows_token WITH CHECK ({MOVES});
ALTER POLICY flows_token_update ON flows_token USING ({MOVES}) WITH CHECK ({MOVES});
ALTER POLICY flows_token_delete ON flows_token USING ({MOVES});
ALTER POLICY flows_timer_insert ON flows_timer WITH CHECK ({MOVES});
ALTER POLICY flows_timer_update ON flows_timer USING ({MOVES}) WITH CHECK ({MOVES});
ALTER POLICY flows_task_insert ON flows_task WITH CHECK ({MOVES} AND state = 'open' AND officer IS NULL);
ALTER POLICY flows_task_update ON flows_task USING ({VISIBLE}) WITH CHECK ({TASK_WRITTEN});
"""
COPY = "INSERT INTO flows_variables (subject, variables) SELECT subject, variables FROM flows_instance; SET CONSTRAINTS ALL IMMEDIATE"


def show(apps, schema_editor):
    """What the open tasks of applicants show, as if they opened now."""
    from bierger.catalogue import selectors as catalogue
    from bierger.flows.plugins.shown import shown_of
    from bierger_core.rules import from_json

    Task, Variables = apps.get_model("flows", "Task"), apps.get_model("flows", "Variables")
    for task in Task.objects.filter(role="applicant", state__in=("open", "claimed")).select_related("instance"):
        stored = Variables.objects.get(instance_id=task.instance_id).variables
        known = {name: from_json(value) for name, value in stored.items()}
        task.shown = shown_of(catalogue.package(task.instance.digest), task.node, task.role, known)
        task.save(update_fields=["shown"])


class Migration(migrations.Migration):
    dependencies = [
        ("flows", "0001_instances_tokens_tasks_timers"),
        ("catalogue", "0001_catalogue"),
        ("infra", "0002_kinds_by_login"),
    ]
    operations = [
        migrations.CreateModel(
            name="Variables",
            fields=[
                ("instance", models.OneToOneField(db_column="subject", on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to="flows.instance")),
                ("variables", models.JSONField()),
            ],
            options={"db_table": "flows_variables"},
        ),
        migrations.AddField(model_name="task", name="shown", field=models.JSONField(default=dict)),
        migrations.RunSQL(COLUMNS, migrations.RunSQL.noop),
        finder(MOVING, name="subject_moving(uuid)"),
        migrations.RunSQL(OFFICE, migrations.RunSQL.noop),
        protect("flows_variables", select=INSIDE, insert=MOVES),
        finder(READ, name="flows_variables_to_move(uuid)"),
        finder(WRITE, name="flows_variables_moved(uuid, jsonb)"),
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
        migrations.RunPython(show, migrations.RunPython.noop),
        migrations.RemoveField(model_name="instance", name="variables"),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
        migrations.RunSQL(POLICIES, migrations.RunSQL.noop),
    ]
