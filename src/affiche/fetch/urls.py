"""Which URLs are asked at all. Pure: what a name resolves to is judged in `resolvers`."""

import re
import ssl
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_address
from typing import Final

from yarl import URL

from affiche.errors import AddressRefused
from affiche.fetch.addresses import is_public

_LONGEST: Final = 4096
_ODD: Final = re.compile(r"[\x00-\x20\x7f\\]")
_USER: Final = re.compile(r"[^/?#]*//[^/?#]*@")
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
# WHATWG URL, 3.5 "ends in a number": such a host is an IPv4 address in some notation.
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_WEB_PORTS: Final = frozenset({80, 443})


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator allows.

    `allow_private`: hosts, as they stand in a URL, that may have any address and any port; all
    others need public addresses and port 80, 443 or from 1024 on (below live mail, shells and
    printers). `certificates`: whom to trust for https, the system's authorities if None. An answer
    is given up when it is silent for `window_seconds`, or slower than `bytes_per_second` over them.
    """

    allow_private: frozenset[str] = frozenset()
    redirects: int = 3
    connect_seconds: float = 5.0
    window_seconds: float = 5.0
    bytes_per_second: int = 2048
    certificates: ssl.SSLContext | None = None

    def allows(self, host: str) -> bool:
        return _canonical(host) in map(_canonical, self.allow_private)


def checked(url: str, policy: Policy) -> URL:
    """The URL in the form that is asked, without its fragment. Raises AddressRefused.

    Scheme and host are normalised; path and query, which may be signed, stay as they are.
    """
    if len(url) > _LONGEST or _ODD.search(url) or _USER.match(url):
        raise AddressRefused(detail="too long, with user, spaces, controls or backslashes")
    try:
        parsed = URL(url)
        _check(parsed, policy)
        # Where yarl need not quote, it must not unquote.
        kept = URL(url, encoded=True) if url.isascii() else parsed
        return URL.build(
            scheme=parsed.scheme,
            authority=parsed.raw_authority,
            path=kept.raw_path or "/",
            query_string=kept.raw_query_string,
            encoded=True,
        )
    except ValueError as error:
        raise AddressRefused(detail=str(error)) from error


def next_hop(current: URL, location: str, policy: Policy) -> URL:
    """Where a redirect leads, judged like a first address. Raises AddressRefused."""
    if _ODD.search(location):
        raise AddressRefused(detail="a redirect with spaces, controls or backslashes")
    try:
        joined = str(current.join(URL(location, encoded=location.isascii())))
    except ValueError as error:
        raise AddressRefused(detail=str(error)) from error
    following = checked(joined, policy)
    if current.scheme == "https" and following.scheme != "https":
        raise AddressRefused(detail="a redirect from https to http")
    return following


def _check(url: URL, policy: Policy) -> None:
    host, port = url.raw_host, url.port
    if url.scheme not in ("http", "https") or not host or not port:
        raise AddressRefused(detail="not an http(s) URL with a host and a port")
    allowed = policy.allows(host)
    if not allowed and port not in _WEB_PORTS and port < 1024:
        raise AddressRefused(detail=f"port {port}")
    address = _address(host)
    if address is None:
        _check_name(host, allowed)
    elif not allowed and not is_public(address):
        raise AddressRefused(detail=f"{address} is not public")


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """The address that `host` is, or None for a name; refuses all but the usual notation."""
    try:
        if ":" in host:
            return IPv6Address(host)
        if _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
            return IPv4Address(host)
    except AddressValueError as error:
        raise AddressRefused(detail=f"{host}: {error}") from error
    return None


def _check_name(host: str, allowed: bool) -> None:
    labels = host.removesuffix(".").split(".")
    if len(host) > 254 or not all(map(_LABEL.fullmatch, labels)):
        raise AddressRefused(detail="not a host name")
    if len(labels) == 1 and not allowed:
        raise AddressRefused(detail="a name without a domain")


def _canonical(host: str) -> str:
    bare = host.strip("[]").lower().removesuffix(".")
    try:
        return str(ip_address(bare))
    except ValueError:
        return bare
