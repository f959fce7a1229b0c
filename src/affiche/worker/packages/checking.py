"""All the rules over one package."""

from dataclasses import dataclass
from typing import Final

from affiche.worker.packages import dockerfiles
from affiche.worker.packages.findings import SEVERITIES, TARGETS, Finding, Target
from affiche.worker.packages.package import TESTS, Package
from affiche.worker.packages.rules import (
    agreement,
    cuda,
    handlers,
    hub,
    images,
    models,
    paths,
    presence,
    scripts,
    sdk,
    tests,
    time_outs,
    workflows,
)

LABEL: Final = "affiche.target"
"""The label in a Dockerfile that says what a package is for."""
RULES: Final = (
    presence.check,
    hub.check,
    tests.check,
    agreement.check,
    cuda.check,
    images.check,
    handlers.check,
    workflows.check,
    models.check,
    paths.check,
    scripts.check,
    sdk.check,
    time_outs.check,
)


@dataclass(frozen=True, slots=True)
class Checked:
    target: Target
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """No finding is an error."""
        return all(finding.severity != "error" for finding in self.findings)


def check(package: Package, target: Target | None = None) -> Checked:
    """What is wrong with `package` for `target`, the worst first and then by file and line."""
    target = target or usual_target(package)
    found = (finding for rule in RULES for finding in rule(package, target))
    ordered = sorted(
        found, key=lambda one: (SEVERITIES.index(one.severity), one.file, one.line, one.code)
    )
    return Checked(target, tuple(ordered))


def usual_target(package: Package) -> Target:
    """What the Dockerfile's label says; else the Hub if there are tests, which only it asks for."""
    for stage in dockerfiles.stages(package.text(package.dockerfile) or "")[-1:]:
        for _, step in stage.all("LABEL"):
            value = dockerfiles.pairs(step.rest, stage.values).get(LABEL)
            for target in TARGETS:
                if value == target:
                    return target
    return "hub" if TESTS in package.files else "serverless"
