# SPDX-License-Identifier: EUPL-1.2
"""Where each process stands, as rows: what `bierger_core.process.State` holds, one row for each of its parts."""

from __future__ import annotations

import uuid

from django.db import models


class Instance(models.Model):
    """One running process of one subject (a case; later a sitting, a campaign)."""

    subject = models.UUIDField(primary_key=True)
    administration = models.UUIDField()
    digest = models.TextField()
    status = models.TextField()
    ended = models.TextField(default="")
    serial = models.IntegerField()

    class Meta:
        db_table = "flows_instance"


class Variables(models.Model):
    """What a process knows: for the administration and the worker, never for parties of the subject (migration 0002)."""

    instance = models.OneToOneField(Instance, on_delete=models.CASCADE, primary_key=True, db_column="subject")
    variables = models.JSONField()

    class Meta:
        db_table = "flows_variables"


class Token(models.Model):
    """A place that the process has reached."""

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, db_column="subject")
    number = models.IntegerField()
    node = models.TextField()
    flow = models.TextField()
    scope = models.IntegerField()

    class Meta:
        db_table = "flows_token"
        constraints = [models.UniqueConstraint(fields=["instance", "number"], name="flows_token_once")]


class Task(models.Model):
    """Work to be done by somebody (user) or by an application (service)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, db_column="subject")
    number = models.IntegerField()
    node = models.TextField()
    kind = models.TextField()
    token = models.IntegerField()
    role = models.TextField(default="")
    service = models.TextField(default="")
    action = models.TextField(default="")
    document = models.TextField(default="")
    outputs = models.JSONField(default=list)
    state = models.TextField(default="open")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    officer = models.UUIDField(null=True)
    # Of an applicant's task alone, what its form shows (plugins.shown).
    shown = models.JSONField(default=dict)

    class Meta:
        db_table = "flows_task"
        constraints = [
            models.UniqueConstraint(fields=["instance", "number"], name="flows_task_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "claimed", "done", "cancelled"]), name="flows_task_state"
            ),
            models.CheckConstraint(
                condition=models.Q(state="claimed", officer__isnull=False) | ~models.Q(state="claimed"),
                name="flows_task_claimed_by_somebody",
            ),
        ]


class Timer(models.Model):
    """A clock that runs beside a task."""

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, db_column="subject")
    number = models.IntegerField()
    node = models.TextField()
    task = models.IntegerField()
    due_at = models.DateTimeField()
    state = models.TextField(default="running")

    class Meta:
        db_table = "flows_timer"
        constraints = [
            models.UniqueConstraint(fields=["instance", "number"], name="flows_timer_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["running", "due", "fired", "cancelled"]), name="flows_timer_state"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=models.Q(state="running"), name="flows_timer_running")]
