# SPDX-License-Identifier: EUPL-1.2
"""Who may write what of a case: seeing it is no longer enough.

1. An event is written by whoever it names: kind, actor, space and mandate are those of the principal, for the worker too. Its
   payload goes with it. A party is heard when it opens the case, does its task or answers a question.
2. The rows of a case and of its process are written while it is opened or moved (`subject_moving`, flows 0002): by an applicant or
   an officer in the transaction in which they did a task of their own. A grant, and a row of a worklist, go to the very role and
   service that an open task of the case names, in the case's administration; nobody grants anything else.
3. Of a case's own row, its head moves to an event that is there, its state moves with the process, an applicant may only close
   the open question, with an answer. What it is (number, administration, procedure) stays.
4. A row of a worklist follows its task by itself: two columns that were written twice can no longer differ.
5. When a case ends, the grants of those who were asked on the way end three months later. Where the case was sent first, and
   who decides, keep it for as long as it is kept.

Officers need a grant for all of it: `case_visible` asks the grants, so that being of the administration opens nothing.
"""

from django.db import migrations

from bierger.infra.rls import finder

# Under the policy of the worklist, which knows offices and the time of grants: not past it.
IN_OFFICE = """
CREATE OR REPLACE FUNCTION task_in_office(wanted uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM cases_work w WHERE w.task = wanted) $$
"""
# Does the process, in this move, want this service in this role? While a case is opened its row is not there yet, so that the
# administration is the process's, which never changes. `its_task` NULL: whichever task. A service that the administration does
# not have is NULL, the whole administration, as `conduct._service` has it.
WANTS = """
CREATE FUNCTION case_wants(wanted uuid, its_task uuid, place uuid, team uuid, office text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT case_visible(wanted) AND (principal_kind() = 'worker' OR subject_moving(wanted)) AND EXISTS (
    SELECT FROM flows_task t JOIN flows_instance i ON i.subject = t.subject
    WHERE t.subject = wanted AND (its_task IS NULL OR t.id = its_task) AND t.kind = 'user' AND t.state = 'open'
      AND t.role = office AND t.role <> 'applicant' AND i.administration = place
      AND team IS NOT DISTINCT FROM (SELECT s.id FROM administrations_service s WHERE s.administration_id = place AND s.code = t.service)) $$
"""
# Past the policies: whoever causes an event among officers need not be able to read it back.
OWN_EVENT = """
CREATE FUNCTION case_event_own(wanted uuid, place integer, heard text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM cases_event e WHERE e.case_id = wanted AND e.sequence = place AND e.audience = heard
    AND e.actor_kind = principal_kind() AND e.actor IS NOT DISTINCT FROM coalesce(principal_officer(), principal_person())) $$
"""
# A party is heard while it opens the case, in a move of its own, and while it is asked something: an answer is written before the
# question is closed. Past the policies, as above.
HEARS = """
CREATE FUNCTION case_hears(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT principal_kind() NOT IN ('person', 'link') OR subject_moving(wanted)
    OR EXISTS (SELECT FROM cases_case c WHERE c.id = wanted AND c.status = 'open' AND c.open_question IS NOT NULL) $$
"""
CASE_MOVES = """
CREATE FUNCTION cases_case_moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF (NEW.number, NEW.administration_id, NEW.digest, NEW.owner, NEW.name, NEW.language, NEW.opened_at)
    IS DISTINCT FROM (OLD.number, OLD.administration_id, OLD.digest, OLD.owner, OLD.name, OLD.language, OLD.opened_at) THEN
    RAISE EXCEPTION 'cases_case: a case stays what it is' USING ERRCODE = 'restrict_violation';
  END IF;
  -- Nobody acts: whoever repairs the database as its owner.
  IF principal_kind() IS NULL THEN
    RETURN NEW;
  END IF;
  IF (NEW.last_sequence, NEW.last_hash) IS DISTINCT FROM (OLD.last_sequence, OLD.last_hash)
    AND (NEW.last_sequence < OLD.last_sequence OR NOT EXISTS (
      SELECT FROM cases_event e WHERE e.case_id = NEW.id AND e.sequence = NEW.last_sequence AND e.hash = NEW.last_hash)) THEN
    RAISE EXCEPTION 'cases_case: the head of a chain is one of its events' USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.status, NEW.state, NEW.ended_at) IS DISTINCT FROM (OLD.status, OLD.state, OLD.ended_at)
    AND principal_kind() NOT IN ('worker', 'system') AND NOT subject_moving(NEW.id) THEN
    RAISE EXCEPTION 'cases_case: its state moves with its process' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.open_question IS DISTINCT FROM OLD.open_question AND principal_kind() IN ('person', 'link')
    AND (NEW.open_question IS NOT NULL OR NEW.last_sequence = OLD.last_sequence) THEN
    RAISE EXCEPTION 'cases_case: officers ask, applicants answer' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$
"""
WORK_SAME = """
CREATE FUNCTION cases_work_same() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF (NEW.task, NEW.administration_id, NEW.service_id, NEW.role, NEW.case_id, NEW.number, NEW.digest, NEW.procedure, NEW.node, NEW.opened_at, NEW.due_at)
    IS DISTINCT FROM (OLD.task, OLD.administration_id, OLD.service_id, OLD.role, OLD.case_id, OLD.number, OLD.digest, OLD.procedure, OLD.node,
      OLD.opened_at, OLD.due_at)
    OR ((NEW.applicant, NEW.subjects) IS DISTINCT FROM (OLD.applicant, OLD.subjects) AND principal_kind() IN ('person', 'link', 'officer'))
    OR (NEW.marked < OLD.marked AND principal_kind() IN ('person', 'link')) THEN
    RAISE EXCEPTION 'cases_work: work stays with its service' USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.state, NEW.officer) IS DISTINCT FROM (OLD.state, OLD.officer)
    AND NOT EXISTS (SELECT FROM flows_task t WHERE t.id = NEW.task AND t.state = NEW.state AND t.officer IS NOT DISTINCT FROM NEW.officer) THEN
    RAISE EXCEPTION 'cases_work: a row of a worklist follows its task' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$
"""
# Past the policies: an officer whose step ends the task of another service does not see that service's work.
WORK_FOLLOWS = """
CREATE FUNCTION cases_work_follows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE cases_work w SET state = NEW.state, officer = NEW.officer WHERE w.task = NEW.id;
  RETURN NULL;
END $$
"""
# Three months: the time in which an act of an administration is usually appealed against, so that whoever gave an opinion can
# still say what it rested on. Those who were sent the case first all have the earliest `since`: it was written with one clock.
ENDS = """g.role <> 'decider' AND g.since > (SELECT min(o.since) FROM cases_case_grant o WHERE o.case_id = {case})
  AND (g.until IS NULL OR g.until > {ended} + interval '3 months')"""
GRANTS_END = f"""
CREATE FUNCTION cases_grants_end() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE cases_case_grant g SET until = NEW.ended_at + interval '3 months'
  WHERE g.case_id = NEW.id AND {ENDS.format(case="NEW.id", ended="NEW.ended_at")};
  RETURN NULL;
END $$
"""
ENDED_BEFORE = f"""
UPDATE cases_case_grant g SET until = c.ended_at + interval '3 months' FROM cases_case c
WHERE c.id = g.case_id AND c.status = 'ended' AND c.ended_at IS NOT NULL AND {ENDS.format(case="c.id", ended="c.ended_at")}
"""
TRIGGERS = """
CREATE TRIGGER cases_case_moves BEFORE UPDATE ON cases_case FOR EACH ROW EXECUTE FUNCTION cases_case_moves();
CREATE TRIGGER cases_work_same BEFORE UPDATE ON cases_work FOR EACH ROW EXECUTE FUNCTION cases_work_same();
CREATE TRIGGER cases_work_follows AFTER UPDATE OF state, officer ON flows_task FOR EACH ROW
  WHEN ((OLD.state, OLD.officer) IS DISTINCT FROM (NEW.state, NEW.officer)) EXECUTE FUNCTION cases_work_follows();
CREATE TRIGGER cases_grants_end AFTER UPDATE OF status ON cases_case FOR EACH ROW
  WHEN (NEW.status = 'ended' AND OLD.status <> 'ended') EXECUTE FUNCTION cases_grants_end();
"""
VISIBLE = "case_visible(case_id)"
OWN = (
    "(space = (SELECT principal_space()) AND (SELECT principal_kind()) = 'person')"
    " OR (link = (SELECT principal_link()) AND (SELECT principal_kind()) = 'link')"
)
AUTHOR = (
    "actor_kind = (SELECT principal_kind()) AND actor IS NOT DISTINCT FROM (SELECT coalesce(principal_officer(), principal_person()))"
    " AND on_behalf_of IS NOT DISTINCT FROM (SELECT principal_space()) AND mandate IS NOT DISTINCT FROM (SELECT principal_mandate())"
)
# The holder of a case is what its parties say (0005). It is written by whoever begins its process, and never without one.
POLICIES = f"""
ALTER POLICY cases_case_insert ON cases_case WITH CHECK (({OWN}) AND subject_moving(id));
CREATE POLICY cases_event_author ON cases_event AS RESTRICTIVE FOR INSERT TO bierger_web, bierger_worker WITH CHECK ({AUTHOR});
ALTER POLICY cases_event_insert ON cases_event WITH CHECK ({VISIBLE} AND case_hears(case_id));
ALTER POLICY cases_event_payload_insert ON cases_event_payload WITH CHECK ({VISIBLE} AND case_event_own(case_id, sequence, audience));
ALTER POLICY cases_case_grant_insert ON cases_case_grant WITH CHECK (case_wants(case_id, NULL, administration_id, service_id, role));
ALTER POLICY cases_work_insert ON cases_work WITH CHECK (
  state = 'open' AND officer IS NULL AND case_wants(case_id, task, administration_id, service_id, role));
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_requests_by_key"),
        ("flows", "0002_variables_apart"),
        ("identity", "0003_who_gives_mandates"),
        ("administrations", "0002_principal_offices"),
    ]
    operations = [
        migrations.RunSQL(IN_OFFICE, migrations.RunSQL.noop),
        finder(WANTS, name="case_wants(uuid, uuid, uuid, uuid, text)"),
        finder(HEARS, name="case_hears(uuid)"),
        finder(OWN_EVENT, name="case_event_own(uuid, integer, text)"),
        # Triggers ask for no right of the writer's: nobody but the owner need be able to call these.
        finder(CASE_MOVES, name="cases_case_moves()", grant_to="bierger_owner"),
        finder(WORK_SAME, name="cases_work_same()", grant_to="bierger_owner"),
        finder(WORK_FOLLOWS, name="cases_work_follows()", grant_to="bierger_owner"),
        finder(GRANTS_END, name="cases_grants_end()", grant_to="bierger_owner"),
        migrations.RunSQL(ENDED_BEFORE, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
        migrations.RunSQL(POLICIES, migrations.RunSQL.noop),
    ]
