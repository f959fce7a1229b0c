"""Reading a database address as people have it."""

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from affiche.errors import SettingInvalid


@dataclass(frozen=True, slots=True)
class Address:
    """`url` is one that libpq takes; behind a pooler there are no prepared statements."""

    url: str
    pooled: bool = False


def parse(url: str) -> Address:
    """Strip what libpq refuses: `pgbouncer=true` says that the address is a pooler's."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise SettingInvalid(name="database_url", reason="must begin with postgresql://")
    # Left as written: libpq takes a plus for a plus, which urllib would not.
    pairs = [pair.partition("=") for pair in parts.query.split("&") if pair]
    pooled = any(k == "pgbouncer" and v.lower() in ("true", "1") for k, _, v in pairs)
    query = "&".join("".join(p) for p in pairs if p[0] not in ("pgbouncer", "connection_limit"))
    return Address(urlunsplit(parts._replace(query=query)), pooled)
