"""Which IP addresses are on the public internet. Pure."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

Address = IPv4Address | IPv6Address

# What `is_global` lets through on some supported Python, and what it cannot know.
_REFUSED_V4: Final = (
    IPv4Network("192.0.0.0/24"),  # IETF protocol assignments, RFC 6890
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, RFC 7526
    IPv4Network("168.63.129.16/32"),  # Azure's host, seen from inside its machines
)
_REFUSED_V6: Final = (
    IPv6Network("2001::/23"),  # IETF protocol assignments, RFC 2928
    IPv6Network("2001:db8::/32"),
    IPv6Network("3fff::/20"),  # documentation, RFC 9637
)
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")

_NAT64: Final = IPv6Network("64:ff9b::/96")  # RFC 6052
_TRANSLATED: Final = IPv6Network("::ffff:0:0:0/96")  # SIIT, RFC 2765
_COMPATIBLE: Final = IPv6Network("::/96")  # RFC 4291, 2.5.5.1
_ISATAP: Final = (0x0000_5EFE, 0x0200_5EFE)  # RFC 5214, the upper half of the interface id


def is_public(address: Address) -> bool:
    """Whether a connection to `address` stays on the public internet.

    An IPv6 address that stands for IPv4 ones (mapped, compatible, translated, 6to4, NAT64, Teredo)
    is as public as the least public of them; one with an IPv4 address in its second half (ISATAP)
    is public if both are.
    """
    if isinstance(address, IPv4Address):
        return (
            address.is_global
            and not address.is_multicast
            and not any(address in network for network in _REFUSED_V4)
        )
    inner = carried(address)
    if inner:
        return all(map(is_public, inner))
    if int(address) >> 32 & 0xFFFF_FFFF in _ISATAP and not is_public(_low(address)):
        return False
    return (
        address in _GLOBAL_UNICAST
        and address.is_global
        and address.scope_id is None
        and not any(address in network for network in _REFUSED_V6)
    )


def carried(address: IPv6Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that an IPv6 one stands for; none for an ordinary one."""
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    if any(address in network for network in (_NAT64, _TRANSLATED, _COMPATIBLE)):
        return (_low(address),)
    return ()


def _low(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFF_FFFF)
