"""What is wrong with a picture, or with the address that should give one."""

from affiche.errors.error import AfficheError
from affiche.texts import Language, say


class PictureError(AfficheError):
    """An upload or an output that is not a picture we can vouch for."""

    code, status = "picture_broken", 422


class PictureEmpty(PictureError):
    code = "picture_empty"


class PictureBroken(PictureError):
    code = "picture_broken"


class PictureTypeRefused(PictureError):
    """`found`, `accepted`: short names of image types, comma separated."""

    code, status = "picture_type", 415


class PictureUnknown(PictureTypeRefused):
    """Nothing that we know by its content. `accepted` as above."""

    code = "picture_unknown"


class PictureTooLarge(PictureError):
    """`limit`: in MB."""

    code, status = "picture_too_large", 413


class PictureTooManyPixels(PictureError):
    """`width`, `height`, `limit`: pixels; limit in megapixels."""

    code = "picture_too_many_pixels"


class PictureTooManyFrames(PictureTooManyPixels):
    """Each frame would do, all together do not. `frames`; `width`, `height`, `limit` as above."""

    code = "picture_too_many_frames"


class PictureTooSlow(PictureError):
    """Decoding did not come to its end in `seconds`."""

    code = "picture_too_slow"


class MaskError(PictureError):
    """A picture that was read well and is of no use as a mask."""

    code = "mask_wrong"


class MaskEmpty(MaskError):
    code = "mask_empty"


class MaskFull(MaskError):
    code = "mask_full"


class MaskMisfit(MaskError):
    """`width`, `height` of the mask; `target_width`, `target_height` of what it should lie on."""

    code = "mask_misfit"


class AddressRefused(AfficheError):
    """A URL that leads, or could lead, somewhere we do not go."""

    code, status = "address_refused", 422


class FetchFailed(AfficheError):
    """The address did not give a picture: time-out, status, size, or connection.

    `reason`: a key of `fetch.reasons`; what that sentence takes comes as further parameters.
    """

    code, status, retryable = "fetch_failed", 422, False

    def message(self, language: Language) -> str:
        reason = say(language, f"fetch.reasons.{self.params['reason']}", **self.params)
        return say(language, f"errors.{self.code}.message", reason=reason)


class FetchFailedForNow(FetchFailed):
    code, retryable = "fetch_failed_for_now", True
