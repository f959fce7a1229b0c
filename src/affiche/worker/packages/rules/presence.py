"""What must be there (seed 002, “필수 파일 구조”)."""

from collections.abc import Iterator

from affiche.worker.packages.findings import Finding, Target, error, warning
from affiche.worker.packages.package import DOCKERFILE, HANDLER, HUB, README, TESTS, Package


def check(package: Package, target: Target) -> Iterator[Finding]:
    for name in (HANDLER, DOCKERFILE):
        if package.hub_place(name) not in package.files:
            yield error(f"no_{name.partition('.')[0].lower()}", name)
    if package.hub_place(README) not in package.files:
        say = error if target == "hub" else warning
        yield say("no_readme", README)
    if target == "hub":
        if HUB not in package.files:
            yield error("no_hub", HUB)
        if TESTS not in package.files:
            yield error("no_tests", TESTS)
