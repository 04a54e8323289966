# SPDX-License-Identifier: EUPL-1.2
"""Signing PDFs: whose certificate, which key, whose time. Here is the process that holds keys; it opens no PDF and no template.

Keys of documents are kept apart from those of seals and of the log: a key that signs files signs nothing else.
"""

from bierger.documents.plugins.signing.identities import FileSigner, anchors_pem, ends, signer_of
from bierger.documents.plugins.signing.stamping import Stamping, answer, stamping

__all__ = ["FileSigner", "Stamping", "anchors_pem", "answer", "ends", "signer_of", "stamping"]
