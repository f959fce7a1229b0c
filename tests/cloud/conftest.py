"""RunPod's key, as a studio finds it."""

import pytest

from affiche.emulators.runpod import KEY


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNPOD_API_KEY", KEY)
