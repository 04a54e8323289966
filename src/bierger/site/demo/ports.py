# SPDX-License-Identifier: EUPL-1.2
"""Are the addresses free that the demonstration wants to listen on?"""

from __future__ import annotations

import errno
import socket

from bierger.site.demo.errors import AddressRefusedError, PortInUseError

HIGHEST = 65534  # the simulators take the port after


def check(host: str, ports: tuple[int, ...]) -> None:
    """Errors: PortInUseError with a suggestion, AddressRefusedError. Free now is no promise for later."""
    for port in ports:
        reason = _refusal(host, port)
        if reason is None:
            continue
        if reason.errno == errno.EADDRINUSE:
            raise PortInUseError(port, _suggestion(host, ports[0], len(ports)))
        raise AddressRefusedError(host, port, reason.strerror or str(reason))


def _refusal(host: str, port: int) -> OSError | None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that are closing do not count
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        return error
    except OverflowError:
        return OSError(errno.EINVAL, "no such port")
    return None


def _suggestion(host: str, wanted: int, count: int) -> int:
    for first in range(wanted + 10, min(wanted + 1000, HIGHEST), 10):
        if all(_refusal(host, first + step) is None for step in range(count)):
            return first
    return 8000
