# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong with documents. Screens translate by `code`; `data` holds what the sentence needs.

DocumentsError
├── UploadRefused          upload-empty, -too-large, -name, -type, -broken, -encrypted, -bomb, -pixels, -waiting-full
├── BlobError
│   ├── BlobNotFound       no such blob, or not yours: the same answer on purpose
│   └── BlobErased         its key was destroyed
├── ActError
│   ├── ActNotFound        no such act, or not yours
│   ├── FactsRefused       facts that cannot be sealed (too many, or their names too long: `./bierger check` says so before)
│   ├── NoteRefused        what the holder shall be told is too long, or cannot be printed
│   └── NotRevocable       the reason is not a known one
│       ├── AlreadyRevoked     taken back before, perhaps by a colleague a moment ago
│       └── EndsByItself       a short-lived act: its seal says that nobody takes it back
└── RenderError
    ├── RenderTimeout      the template does not end
    ├── RenderMemory       the template wants more memory than a letter needs
    ├── PackageImportRefused   the template imports a package
    ├── OutsideFileRefused     the template reads a file that was not given to it
    ├── LettersMissing     a letter that no font of ours draws
    ├── TemplateError      the template is wrong; `line` says where
    └── SigningUnavailable the PDF cannot be signed: certificate or key is not what it should be
        └── StampUnavailable   the time-stamping authority gives no stamp, or none of use
"""

from __future__ import annotations


class DocumentsError(Exception):
    """Root of the tree."""

    code = "documents-error"

    def __init__(self, message: str, *, code: str | None = None, **data: object) -> None:
        super().__init__(message)
        self.code = code or type(self).code
        self.data = data


class UploadRefused(DocumentsError):
    code = "upload-refused"


class BlobError(DocumentsError):
    code = "blob-error"


class BlobNotFound(BlobError):
    code = "blob-not-found"


class BlobErased(BlobError):
    code = "blob-erased"


class ActError(DocumentsError):
    code = "act-error"


class ActNotFound(ActError):
    code = "act-not-found"


class FactsRefused(ActError):
    code = "act-facts"


class NoteRefused(ActError):
    code = "act-note"


class NotRevocable(ActError):
    code = "act-not-revocable"


class AlreadyRevoked(NotRevocable):
    code = "act-already-revoked"


class EndsByItself(NotRevocable):
    code = "act-ends-by-itself"


class RenderError(DocumentsError):
    code = "render-error"


class RenderTimeout(RenderError):
    code = "render-timeout"


class RenderMemory(RenderError):
    code = "render-memory"


class PackageImportRefused(RenderError):
    code = "render-package-import"


class OutsideFileRefused(RenderError):
    code = "render-outside-file"


class LettersMissing(RenderError):
    code = "render-letters"


class TemplateError(RenderError):
    code = "render-template"

    @property
    def line(self) -> int:
        """Line of the template, counted from 1; 0 when Typst did not say."""
        return int(str(self.data.get("line", 0)))


class SigningUnavailable(RenderError):
    code = "signing-unavailable"


class StampUnavailable(SigningUnavailable):
    code = "stamp-unavailable"
