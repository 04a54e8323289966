# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong below every application.

InfraError
├── NoPrincipal           a read or a write outside `acting_as`: nobody is acting
├── AnotherPrincipal      `acting_as` inside somebody else's transaction
├── SpaceLost             a person in a space that is no longer theirs to act in
├── UnknownTopic          an outbox row that no handler waits for
├── PageUnknown           a key of a list's page that no page ever had
└── ClockRefused          the clock can be moved in the demonstration only

SandboxBusy               nothing was looked at: ask again. Neither an InfraError nor any app's: what turns those into a
                          refusal or a 404 must let it pass, up to the page that says so (503)
"""


class InfraError(Exception):
    """Root of the tree; `code` is stable."""

    code = "infra-error"


class NoPrincipal(InfraError):
    code = "no-principal"


class AnotherPrincipal(InfraError):
    code = "another-principal"


class SpaceLost(InfraError):
    code = "space-lost"


class UnknownTopic(InfraError):
    code = "unknown-topic"


class PageUnknown(InfraError):
    code = "page-unknown"


class ClockRefused(InfraError):
    code = "clock-refused"


class SandboxBusy(Exception):
    """The process that opens files is held by others for longer than anybody waits."""

    code = "sandbox-busy"
