"""Which URLs are asked at all: a table of hostile ones, and properties over forms of addresses."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from affiche.errors import AddressRefused
from affiche.fetch.addresses import is_public
from affiche.fetch.urls import Policy, checked, next_hop

HOSTILE = [
    # Not http.
    "",
    "picture.png",
    "/picture.png",
    "//example.com/a.png",
    "file:///etc/passwd",
    "file://example.com/etc/passwd",
    "ftp://example.com/a.png",
    "gopher://example.com/_x",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "ws://example.com/",
    "unix:///var/run/docker.sock",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
    # No host, or nothing like one.
    "http://",
    "http:///a.png",
    "http:example.com",
    "http://?a",
    "http://#a",
    "http://.",
    "http://..",
    "http://a..example.com/",
    "http://-a.example.com/",
    "http://exa%6dple.com%00.png/",
    "http://example.com%2f@a.example/",
    "http://a b.example/",
    "http://localhost/",
    "http://localhost./",
    "http://intranet/",
    "http://postgres:5432/",
    f"http://{'a' * 64}.example/",
    f"http://{'a.' * 130}example/",
    # Users.
    "http://user@example.com/",
    "http://user:word@example.com/",
    "http://@example.com/",
    "http://:@example.com/",
    "http://example.com@127.0.0.1/",
    "http://8.8.8.8:80@127.0.0.1/",
    # Parsers that disagree.
    "http://example.com\\@127.0.0.1/",
    "http:\\\\127.0.0.1/",
    "http://127.0.0.1\\.example.com/",
    "http://example.com\r\nHost: a/",
    "http://example.com\t/",
    " http://example.com/",
    "http://example.com/\n",
    "http://example.com/\x00",
    # Ports.
    "http://example.com:0/",
    "http://example.com:22/",
    "http://example.com:25/",
    "http://example.com:65536/",
    "http://example.com:-1/",
    "http://example.com:http/",
    # Loopback and private in their usual form.
    "http://127.0.0.1/",
    "https://127.0.0.1:8188/view",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.100.100.200/latest/meta-data/",
    "http://168.63.129.16/machine",
    "http://0.0.0.0/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[2606:4700::1%25eth0]/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:7f00:1::]/",
    "http://[127.0.0.1]/",
    "http://[::1/",
    "http://::1/",
    # IPv4 in any other form, public ones too.
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0x7f.1/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.0.0.1./",
    "http://127.0.0.0x1/",
    "http://00127.0.0.1/",
    "http://1.2.3.4.5/",
    "http://256.1.1.1/",
    "http://134744072/",
    "http://0x08080808/",
    "http://8.8.2056/",
    "http://010.8.8.8/",
    "http://example.0x7f/",
    "http://example.123/",
    # Names that become addresses once they are normalised.
    "http://１２７.０.０.１/",
    "http://127。0。0。1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_refused(url: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        checked(url, Policy())
    assert caught.value.message("ko") != caught.value.message("en")


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://example.com", "http://example.com/"),
        ("HTTPS://EXAMPLE.com/A.png", "https://example.com/A.png"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("https://example.com./a", "https://example.com./a"),
        ("http://example.com:8080/a?b=c%2Fd+e#f", "http://example.com:8080/a?b=c%2Fd+e"),
        ("http://8.8.8.8/a", "http://8.8.8.8/a"),
        ("http://[2606:4700:4700::1111]:8080/", "http://[2606:4700:4700::1111]:8080/"),
        ("https://그림.example/고양이", "https://xn--2i0b46t.example/%EA%B3%A0%EC%96%91%EC%9D%B4"),
        (
            "https://a.example/%7e/%2e%2e/a%20b?x=%41%2F+",
            "https://a.example/%7e/%2e%2e/a%20b?x=%41%2F+",
        ),
        ("https://a_b.example-1.com/~c", "https://a_b.example-1.com/~c"),
    ],
)
def test_asked(url: str, asked: str) -> None:
    found = checked(url, Policy())
    assert str(found) == asked


def test_what_the_operator_allows() -> None:
    policy = Policy(allow_private=frozenset({"127.0.0.1", "[FD00::1]", "Pictures.Internal", "nas"}))
    for url in (
        "http://127.0.0.1:81/",
        "http://[fd00:0::1]/",
        "http://pictures.internal./a",
        "http://nas:22/",
    ):
        assert checked(url, policy)
    for url in (
        "http://127.0.0.2/",
        "http://other.internal:81/",
        "http://127.1/",
        "http://u@nas/",
        "file://nas/a",
        "http://[::ffff:127.0.0.1]/",
    ):
        with pytest.raises(AddressRefused):
            checked(url, policy)


@pytest.mark.parametrize(
    ("current", "location", "following"),
    [
        ("http://a.example/x/y", "z", "http://a.example/x/z"),
        ("http://a.example/x", "/z?q=%31%2f#f", "http://a.example/z?q=%31%2f"),
        ("http://a.example/x", "//b.example/z", "http://b.example/z"),
        ("http://a.example/x", "https://b.example/z", "https://b.example/z"),
        ("https://a.example/x", "https://b.example/z", "https://b.example/z"),
    ],
)
def test_redirects(current: str, location: str, following: str) -> None:
    assert str(next_hop(URL(current), location, Policy())) == following


@pytest.mark.parametrize(
    "location",
    [
        "http://b.example/",
        "//127.0.0.1/",
        "https://127.0.0.1/",
        "https://u@b.example/",
        "file:///etc/passwd",
        "https://b.example\\@127.0.0.1/",
        "https://[::1/",
        "ftp://b.example/",
        "data:image/png,x",
        "/a b",
    ],
)
def test_redirects_that_are_not_followed(location: str) -> None:
    with pytest.raises(AddressRefused):
        next_hop(URL("https://a.example/"), location, Policy())


def _shorthand(address: IPv4Address, parts: int, bases: tuple[int, ...]) -> str:
    """inet_aton's forms: one to four numbers, each decimal, octal or hexadecimal."""
    packed = list(address.packed)
    tail = int.from_bytes(packed[parts - 1 :], "big")
    forms = {8: "0{:o}".format, 10: str, 16: "{:#x}".format}
    numbers = [*packed[: parts - 1], tail]
    return ".".join(forms[base](n) for n, base in zip(numbers, bases, strict=False))


@given(
    st.ip_addresses(v=4),
    st.integers(1, 4),
    st.tuples(*[st.sampled_from([8, 10, 16])] * 4),
    st.booleans(),
)
def test_only_the_usual_form_of_ipv4_is_an_address(
    address: IPv4Address, parts: int, bases: tuple[int, ...], upper: bool
) -> None:
    text = _shorthand(address, parts, bases)
    text = text.upper() if upper else text
    asked = _asked(f"http://{text}/")
    assert asked == (text == str(address) and is_public(address))


@given(st.ip_addresses(v=6), st.booleans())
def test_ipv6_in_every_form(address: IPv6Address, exploded: bool) -> None:
    text = address.exploded.upper() if exploded else str(address)
    assert _asked(f"http://[{text}]/") == is_public(address)


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://", "http://example.com/"]))
def test_anything_else_is_refused_or_asked_as_it_stands(text: str, start: str) -> None:
    try:
        found = checked(start + text, Policy())
    except AddressRefused:
        return
    again = URL(str(found))
    assert again.raw_host == found.raw_host
    assert again.scheme in ("http", "https")
    assert again.raw_user is None
    assert str(checked(str(found), Policy())) == str(found)


def _asked(url: str) -> bool:
    try:
        checked(url, Policy())
    except AddressRefused:
        return False
    return True
