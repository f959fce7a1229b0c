"""What an endpoint is: an engine's address and how it is talked to. Data only."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

RequestShape = Literal["parameters", "workflow"]
ImagesAs = Literal["map", "list"]
WorkflowAs = Literal["object", "text"]
PicturesBy = Literal["auto", "url", "base64"]
REQUEST_SHAPES: Final[tuple[RequestShape, ...]] = ("parameters", "workflow")
IMAGES_AS: Final[tuple[ImagesAs, ...]] = ("map", "list")
WORKFLOW_AS: Final[tuple[WorkflowAs, ...]] = ("object", "text")
NAMING_KINDS: Final = ("runpod",)
"""Those whose engines name runs themselves."""
PICTURES_BY: Final[tuple[PicturesBy, ...]] = ("auto", "url", "base64")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One row. `url`: the engine's address, None while it has none; for RunPod the API's, and
    `remote_id` is the endpoint's id there. `secret` is the name of the key, never the key.

    `request_shape` and how pictures (`images_as`) and graph (`workflow_as`) stand in it are for
    RunPod (seeds 000, 001, 004); `pictures_by` auto: by address where the storage has addresses.
    `does_stages`: its worker runs all stages of a template in one job. `price_per_second` is in
    US dollars. `warm_minutes`: between two jobs that keep a worker awake, within `warm_hours`
    ("09:00-19:00 Asia/Seoul"; always, if None).
    """

    id: UUID
    name: str
    kind: str
    url: str | None
    works_at_once: int
    remote_id: str | None = None
    secret: str | None = None
    request_shape: RequestShape = "workflow"
    images_as: ImagesAs = "list"
    workflow_as: WorkflowAs = "object"
    pictures_by: PicturesBy = "auto"
    does_stages: bool = False
    price_per_second: Decimal | None = None
    warm_minutes: int | None = None
    warm_hours: str | None = None
