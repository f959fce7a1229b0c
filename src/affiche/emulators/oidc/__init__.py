"""A small issuer of OpenID Connect, to sign in against on a laptop and in tests."""

from affiche.emulators.oidc.server import Person, Server, serving

__all__ = ["Person", "Server", "serving"]
