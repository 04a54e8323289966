# SPDX-License-Identifier: EUPL-1.2
"""The last day on which something was destroyed or told because its day had come: a clock that is far from it is not believed.

The worker asks one function, which compares and writes; it cannot write the row itself. Only the owner confirms (`./bierger clock
--trust`). The web reads it, to say so.
"""

from django.db import migrations, models

from bierger.infra.rls import finder, technical

# Written once in ten minutes, and never waited for: rounds run beside each other, some in long transactions.
HOLDS = """
CREATE FUNCTION infra_clock_holds(its_instant timestamptz, its_day date, its_days integer) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE last infra_clock_believed;
BEGIN
  SELECT * INTO last FROM infra_clock_believed WHERE id = 1;
  IF last.id IS NULL THEN  -- the first round of all takes the clock as it is
    INSERT INTO infra_clock_believed (id, at, day, days) VALUES (1, its_instant, its_day, its_days) ON CONFLICT (id) DO NOTHING;
    RETURN true;
  END IF;
  IF abs(its_day - last.day) > its_days THEN
    RETURN false;
  END IF;
  IF its_days <> last.days OR its_instant NOT BETWEEN last.at - interval '10 minutes' AND last.at + interval '10 minutes' THEN
    UPDATE infra_clock_believed SET at = its_instant, day = its_day, days = its_days
    WHERE id IN (SELECT id FROM infra_clock_believed WHERE id = 1 FOR UPDATE SKIP LOCKED);
  END IF;
  RETURN true;
END $$
"""
# For conditions that open something by the day: the day that is said, or the last believed one where that is too far from it.
DAY = """
CREATE FUNCTION infra_believed_day(said date) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce((SELECT day FROM infra_clock_believed WHERE id = 1 AND abs(said - day) > days), said)
$$
"""


class Migration(migrations.Migration):
    dependencies = [("infra", "0003_clock_by_the_owner")]
    operations = [
        migrations.CreateModel(
            name="ClockBelieved",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("day", models.DateField()),
                ("days", models.IntegerField()),
            ],
            options={"db_table": "infra_clock_believed"},
        ),
        technical("infra_clock_believed", web="SELECT", worker="SELECT", reason="one instant"),
        finder(HOLDS, name="infra_clock_holds(timestamptz, date, integer)", grant_to="bierger_worker"),
        finder(DAY, name="infra_believed_day(date)"),
    ]
