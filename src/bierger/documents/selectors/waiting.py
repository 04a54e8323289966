# SPDX-License-Identifier: EUPL-1.2
"""Files that wait for an answer or a task to be sent: whoever gave them sees them, nobody else."""

from __future__ import annotations

from bierger.documents.models import WaitingFile


def waiting_files(about: str) -> dict[str, list[dict[str, object]]]:
    """What I gave for `about`, by question, in the order given, as a case will keep it: {id, file_name, media_type, size}.

    Of one's own space, link or office alone: the policy says so. Nobody else's file is named by knowing its identifier.
    """
    found: dict[str, list[dict[str, object]]] = {}
    for row in WaitingFile.objects.filter(about=about).select_related("blob").order_by("since", "blob_id"):
        blob = row.blob
        found.setdefault(row.question, []).append(
            {"id": str(blob.id), "file_name": blob.file_name, "media_type": blob.media_type, "size": blob.size}
        )
    return found
