"""Why a message did not reach somebody."""

from affiche.errors.error import AfficheError


class MessageError(AfficheError):
    """`retryable` ones are sent again; of all others nobody tries a second time."""

    code, status = "message_failed", 502


class MessageDelayed(MessageError):
    """The server on the other side cannot be reached, or will take it later."""

    code, retryable = "message_delayed", True


class MessageRefused(MessageError):
    """The server on the other side will never take it."""

    code = "message_refused"


class MessageUncertain(MessageError):
    """It was handed over, and whether it arrived is not known: so it is not sent twice."""

    code = "message_uncertain"


class MessageTooOld(MessageError):
    code = "message_too_old"


class NoAddress(MessageError):
    """There is no e-mail address to send to."""

    code, status = "no_address", 409


class NoBrowser(MessageError):
    """No browser is left that wants it."""

    code = "no_browser"


class ChannelOff(MessageError):
    """The studio has no mail server set up."""

    code, status = "channel_off", 409
