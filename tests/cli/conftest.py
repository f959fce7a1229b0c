"""A photograph to send."""

from pathlib import Path

import pytest
import pyvips


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "사진 1.jpg"
    across = pyvips.Image.xyz(160, 120)
    image = across[0].bandjoin([across[1], across[0] + across[1]]).cast("uchar")
    path.write_bytes(image.copy(interpretation="srgb").jpegsave_buffer())
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that is not there yet, with a home around it."""
    return tmp_path / "data"
