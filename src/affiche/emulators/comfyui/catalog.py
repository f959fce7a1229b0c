"""What `/object_info` says: the schemas Affiche knows, over the files of this server."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Final

from affiche.graphs import schemas

LOADING: Final = ("LoadImage", "LoadImageMask")


def object_info(models: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The schemas of all nodes, with the model files of this server in their lists."""
    return schemas.with_files(schemas.known(), models)


def with_inputs(info: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    """`info` as it stands while `input/` holds `names`."""
    shown = dict(info)
    for class_type in LOADING:
        if class_type in shown:
            shown[class_type] = copy.deepcopy(shown[class_type])
            shown[class_type]["input"]["required"]["image"][0] = names
    return shown
