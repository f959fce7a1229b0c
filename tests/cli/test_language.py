"""Which language the command line speaks."""

import pytest

from affiche.cli.language import spoken


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, None),
        ({"LANG": "fr_FR.UTF-8"}, None),
        ({}, None),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "ko_KR.UTF-8", "LC_MESSAGES": "en_US"}, "en"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": ""}, "ko"),
        ({"LANG": "en_GB.UTF-8", "AFFICHE_LANGUAGE": "ko"}, "ko"),
    ],
)
def test_the_environment_decides(environment: dict[str, str], language: str | None) -> None:
    assert spoken(environment) == language
