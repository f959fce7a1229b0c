"""Seed 002's facts that hold before there is a worker: where models lie, what nodes are called."""

import pytest

from affiche.catalog.catalog import shipped
from affiche.graphs.models import FOLDERS, folder_of


@pytest.mark.parametrize(
    ("node", "input", "folder"),
    [
        ("UNETLoader", "unet_name", "diffusion_models"),
        ("CLIPLoader", "clip_name", "text_encoders"),
        ("VAELoader", "vae_name", "vae"),
    ],
)
def test_models_lie_where_comfyui_looks(node: str, input: str, folder: str) -> None:
    assert folder_of(node, input) == folder


def test_no_loader_looks_in_the_old_folders() -> None:
    folders = {folder for inputs in FOLDERS.values() for folder in inputs.values()}
    assert not folders & {"clip", "unet"}


def test_every_shipped_template_names_its_files_by_folder() -> None:
    for template in shipped():
        folders = {model.folder for model in template.models}
        assert folders >= {"diffusion_models", "text_encoders", "vae"}
        assert not folders & {"clip", "unet"}
