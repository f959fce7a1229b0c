"""What is wrong with a webhook that is to be told something."""

from affiche.errors.requests import Conflict


class WebhooksFull(Conflict):
    """`limit`: webhooks that a project may have."""

    code = "webhooks_full"


class WebhookOff(Conflict):
    """It is off, so nothing is sent to it."""

    code = "webhook_off"
