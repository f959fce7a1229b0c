"""The pages of the studio, on the same application as its API."""

from fastapi import FastAPI

from affiche.web import (
    asking,
    batches,
    captions,
    characters,
    choices,
    chooser,
    collections,
    credits,
    deeds,
    doors,
    faces,
    gallery,
    generate,
    keys,
    library,
    naming,
    notifications,
    operations,
    presets,
    projects,
    queue,
    quotes,
    recall,
    references,
    selection,
    webhooks,
    workbench,
    works,
    workshop,
)
from affiche.web.assets import Assets
from affiche.web.pages import Press
from affiche.web.refusals import answer_people


def mount(app: FastAPI) -> None:
    """Put pages and static files on `app`, whose `state.studio` they use; after everything else."""
    assets = Assets()
    app.state.press = Press(assets)
    for room in (
        *(gallery, asking, quotes, chooser),
        *(works, naming, notifications, credits, choices, doors, operations),
        *(faces, characters, captions, selection, references, generate, batches, library),
        *(collections, recall),
        *(projects, deeds, keys, webhooks, queue, workshop, workbench, presets),
    ):
        app.include_router(room.router, include_in_schema=False)
    assets.mount(app)
    answer_people(app)
