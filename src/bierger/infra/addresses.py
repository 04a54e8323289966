# SPDX-License-Identifier: EUPL-1.2
"""The network address a request came from, for rate limits."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

UNREADABLE = "unreadable"  # one key for all of them: whoever varies nonsense gets no new budget
_ONE_SUBSCRIBER = 64  # bits of an IPv6 address; a household or a machine chooses the other 64 as it likes


def client_address(request: HttpRequest) -> str:
    """The address our own outermost proxy saw, without proxies the connection's, as a key (`address_key`)."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BIERGER_TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
        # The last hops were written by our own proxies; everything before them anybody can write.
        address = hops[-min(settings.BIERGER_TRUSTED_PROXIES, len(hops))] if hops else address
    return address_key(address)


def address_key(text: str) -> str:
    """One key for all spellings of an address: no port, IPv4 out of IPv6 (RFC 4291, 2.5.5.2), IPv6 by its /64.

    What is no address gives UNREADABLE.
    """
    try:
        found = _parsed(text.strip())
    except ValueError:
        return UNREADABLE
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if isinstance(found, IPv4Address):
        return str(found)
    return str(IPv6Network((int(found), _ONE_SUBSCRIBER), strict=False))


def _parsed(text: str) -> IPv4Address | IPv6Address:
    """`192.0.2.7`, `192.0.2.7:443`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:443`. Raises ValueError."""
    if text.startswith("["):
        inside, closed, port = text[1:].partition("]")
        if not closed or (port and not _is_port(port)):
            raise ValueError(text)
        return IPv6Address(inside)
    host, _colon, port = text.partition(":")
    if "." in host and port:
        if not _is_port(f":{port}"):
            raise ValueError(text)
        return IPv4Address(host)
    return ip_address(text)


def _is_port(text: str) -> bool:
    return text[:1] == ":" and text[1:].isascii() and text[1:].isdigit()
