# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the officer's desk."""

from django.urls import path

from bierger.backoffice import views

app_name = "desk"
urlpatterns = [
    path("desk", views.worklist, name="worklist"),
    path("desk/next", views.next_task, name="next"),
    path("desk/cases/<uuid:case>", views.case, name="case"),
    path("desk/cases/<uuid:case>/question", views.question, name="question"),
    path("desk/cases/<uuid:case>/question/withdraw", views.withdraw, name="withdraw"),
    path("desk/cases/<uuid:case>/note", views.note, name="note"),
    path("desk/cases/<uuid:case>/files/<uuid:blob>", views.attachment, name="attachment"),
    path("desk/cases/<uuid:case>/acts/<uuid:act>.pdf", views.act, name="act"),
    path("desk/acts", views.acts, name="acts"),
    path("desk/acts/<uuid:act>", views.issued, name="issued"),
    path("desk/acts/<uuid:act>.pdf", views.issued_pdf, name="issued-pdf"),
    path("desk/acts/<uuid:act>/revoke", views.revoke, name="revoke"),
    path("desk/acts/<uuid:act>/correct", views.correct, name="correct"),
    path("desk/readings", views.readings, name="readings"),
    path("desk/readings/later", views.delay, name="delay"),
    path("desk/readings/later/<uuid:order>/extend", views.extend, name="extend-delay"),
    path("desk/readings/later/<uuid:order>/end", views.end, name="end-delay"),
    path("desk/cases/<uuid:case>/hold", views.hold, name="hold"),
    path("desk/cases/<uuid:case>/release", views.release, name="release"),
    path("desk/cases/<uuid:case>/deletions/<uuid:deletion>.json", views.deletion, name="deletion"),
    path("desk/tasks/<uuid:task>", views.task, name="task"),
    path("desk/tasks/<uuid:task>/take", views.take, name="take"),
    path("desk/tasks/<uuid:task>/give-back", views.give_back, name="give-back"),
    path("desk/tasks/<uuid:task>/done", views.done, name="done"),
]
