# SPDX-License-Identifier: EUPL-1.2
"""Architecture contracts that import-linter does not ship."""

from __future__ import annotations

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class FrontDoors(Contract):
    """Another application is entered only through its front doors.

    container    the package whose children are the applications
    doors        the modules of an application that others may import
    open         applications that may be imported anywhere (they have no inside)
    privileged   applications that may import anything (the room that names them all)
    """

    container = fields.StringField()
    doors = fields.ListField(subfield=fields.StringField())
    open = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    privileged = fields.ListField(subfield=fields.StringField(), required=False, default=[])

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - import-linter's signature
        broken = []
        for importer in sorted(graph.modules):
            app = self._app(importer)
            if app is None or app in self.privileged:  # type: ignore[operator]  # a list once loaded
                continue
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                other = self._app(imported)
                if other in (None, app) or other in self.open:  # type: ignore[operator]  # a list once loaded
                    continue
                inside = imported.split(".")[2:]
                if not inside or inside[0] not in self.doors:  # type: ignore[operator]  # a list once loaded
                    broken.append((importer, imported))
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} imports {imported}, which is no front door.", bold=False)

    def _app(self, module: str) -> str | None:
        parts = module.split(".")
        return parts[1] if len(parts) > 1 and parts[0] == self.container else None  # type: ignore[comparison-overlap]  # a word once loaded
