"""Which addresses are public: a table from the registries, and properties over all of them."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.fetch.addresses import carried, is_public

PRIVATE = """
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254
    168.63.129.16 169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192
    192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1
    239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 ::2 100::1 2001:db8::1 2001:2::1 2001:10::1 3fff::1 5f00::1 4000::1 fc00::1
    fd00:ec2::254 fe80::1 fe80::1%1 fec0::1 ff02::1 ff0e::1 2606:4700::1%1
    ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::127.0.0.1 ::10.0.0.1
    ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::10.0.0.1 64:ff9b::169.254.169.254
    64:ff9b:1::8.8.8.8 2002:7f00:1:: 2002:a00:1:: 2002:c0a8:1::1 2002:a9fe:a9fe::1
    2606:4700::5efe:10.0.0.1 2606:4700::200:5efe:127.0.0.1 fd00::5efe:8.8.8.8 fe80::5efe:8.8.8.8
    fd00::200:5efe:8.8.8.8
"""
PUBLIC = """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1
    192.167.255.255 193.0.0.1 223.255.255.255
    2606:4700::5efe:8.8.8.8
    2001:4860:4860::8888 2606:4700:4700::1111 2a00:1450::1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8
"""


@pytest.mark.parametrize("text", PRIVATE.split())
def test_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC.split())
def test_public(text: str) -> None:
    assert is_public(ip_address(text))


def test_teredo_is_judged_by_server_and_client() -> None:
    def teredo(server: str, client: str) -> IPv6Address:
        flipped = int(IPv4Address(client)) ^ 0xFFFF_FFFF
        return IPv6Address(0x2001 << 112 | int(IPv4Address(server)) << 64 | flipped)

    assert not is_public(teredo("8.8.8.8", "10.0.0.1"))
    assert not is_public(teredo("10.0.0.1", "8.8.8.8"))
    assert is_public(teredo("8.8.8.8", "1.1.1.1"))


_V4 = st.ip_addresses(v=4)
_WRAPPINGS = [
    lambda v4: 0xFFFF << 32 | v4,
    lambda v4: v4,
    lambda v4: 0xFFFF << 48 | v4,
    lambda v4: 0x0064_FF9B << 96 | v4,
    lambda v4: 0x2002 << 112 | v4 << 80 | 1,
    lambda v4: 0x2606_4700 << 96 | 0x5EFE << 32 | v4,
]


@given(_V4)
def test_no_wrapping_makes_an_address_more_public(v4: IPv4Address) -> None:
    for wrap in _WRAPPINGS:
        wrapped = IPv6Address(wrap(int(v4)))
        assert is_public(wrapped) == is_public(v4)


@given(st.ip_addresses())
def test_what_is_public_is_global_unicast(address: IPv4Address | IPv6Address) -> None:
    if is_public(address) and not (isinstance(address, IPv6Address) and carried(address)):
        assert address.is_global
        assert not address.is_private
        assert not address.is_multicast
        assert not address.is_reserved
        assert not address.is_link_local
        assert not address.is_loopback
        assert not address.is_unspecified
