# SPDX-License-Identifier: EUPL-1.2
"""Row-level security, said once for a table in the migration that makes it.

    operations = [CreateModel(...), protect("cases_case", select="…", insert="…", update="…")]

`protect` forces row-level security even on the owner, gives the owner (migrations, finders) a policy of its own, and grants
web and worker exactly the verbs named. A verb that is not named is refused twice: no grant and no policy.
The worker under the *system* principal sees what the outbox brings it to; under a *worker* principal only what the condition
says about `principal_case()`.
"""

from __future__ import annotations

from django.db import migrations

OWNER, WEB, WORKER = "bierger_owner", "bierger_web", "bierger_worker"
SYSTEM_ONLY = "(SELECT principal_kind()) = 'system'"
PROTECTED = "bierger:protected"
TECHNICAL = "bierger:technical"


def protect(
    table: str,
    *,
    select: str | None = None,
    insert: str | None = None,
    update: str | None = None,
    delete: str | None = None,
    worker: str = SYSTEM_ONLY,
) -> migrations.RunSQL:
    """The operation that protects a table.

    select, insert, update, delete   SQL conditions for web and worker alike; None = refused to the web role
    worker                           one more condition, for the worker role only and all four verbs
    """
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY {table}_owner ON {table} FOR ALL TO {OWNER} USING (true) WITH CHECK (true)",
        f"CREATE POLICY {table}_worker ON {table} FOR ALL TO {WORKER} USING ({worker}) WITH CHECK ({worker})",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {WORKER}",
        f"COMMENT ON TABLE {table} IS '{PROTECTED}'",
    ]
    both = f"{WEB}, {WORKER}"
    for verb, condition in (("SELECT", select), ("INSERT", insert), ("UPDATE", update), ("DELETE", delete)):
        if condition is None:
            continue
        clause = {"INSERT": f"WITH CHECK ({condition})", "UPDATE": f"USING ({condition}) WITH CHECK ({condition})"}.get(
            verb, f"USING ({condition})"
        )
        name = f"{table}_{verb.lower()}"
        statements += [
            f"CREATE POLICY {name} ON {table} FOR {verb} TO {both} {clause}",
            f"GRANT {verb} ON {table} TO {WEB}",
        ]
    statements += [_grant_sequences(table, both)]
    return _operation(statements)


def restrict(table: str, rule: str, condition: str) -> migrations.RunSQL:
    """One more condition for the web role and all verbs: it takes away from what other policies allow; it allows nothing."""
    said = f"FOR ALL TO {WEB} USING ({condition}) WITH CHECK ({condition})"
    return _operation([f"CREATE POLICY {table}_{rule} ON {table} AS RESTRICTIVE {said}"])


def technical(table: str, *, web: str, worker: str, reason: str) -> migrations.RunSQL:
    """A table without a person in it, or whose key is itself the secret: grants only, with the reason kept on the table."""
    statements = [f"COMMENT ON TABLE {table} IS '{TECHNICAL}: {_quoted(reason)}'"]
    for role, verbs in ((WEB, web), (WORKER, worker)):
        if verbs:
            statements.append(f"GRANT {verbs} ON {table} TO {role}")
    statements.append(_grant_sequences(table, f"{WEB}, {WORKER}"))
    return _operation(statements)


def finder(sql: str, *, name: str, grant_to: str = f"{WEB}, {WORKER}") -> migrations.RunSQL:
    """A SECURITY DEFINER function that looks past the policies and gives back as little as possible.

    sql    `CREATE FUNCTION name(args) … SECURITY DEFINER SET search_path = public, pg_temp …`
    name   its signature, for example `find_login(text, text)`
    """
    if "SECURITY DEFINER" not in sql or "SET search_path" not in sql:
        raise ValueError(f"{name}: a finder is SECURITY DEFINER with a fixed search_path, otherwise it can be led astray.")
    statements = [sql, f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC", f"GRANT EXECUTE ON FUNCTION {name} TO {grant_to}"]
    return _operation(statements)


def _grant_sequences(table: str, roles: str) -> str:
    """Identity columns need no grant on their sequence; `serial` ones do. Asking the catalogue serves both."""
    return (
        # Names of tables from our own migrations, never input.
        "DO $$ DECLARE s text; BEGIN FOR s IN SELECT quote_ident(c.relname) FROM pg_class c JOIN pg_depend d ON d.objid = c.oid "  # noqa: S608 - names of our own tables
        f"WHERE c.relkind = 'S' AND d.refobjid = '{table}'::regclass LOOP "
        f"EXECUTE 'GRANT USAGE, SELECT ON SEQUENCE ' || s || ' TO {roles}'; END LOOP; END $$"
    )


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _operation(statements: list[str]) -> migrations.RunSQL:
    return migrations.RunSQL(";\n".join(statement.rstrip().rstrip(";") for statement in statements) + ";", migrations.RunSQL.noop)
