"""What goes wrong on an engine."""

from affiche.errors.error import AfficheError


class EngineError(AfficheError):
    code, status = "engine_failed", 502


class EngineUnreachable(EngineError):
    code, status, retryable = "engine_unreachable", 503, True


class SubmissionUnknown(EngineUnreachable):
    """The engine may have taken the run, and gave it a name that we did not hear."""

    code = "submission_unknown"


class EndpointRefused(EngineUnreachable):
    """The endpoint does not know us, or is not there; another endpoint may do. `name`: its own."""

    code = "endpoint_refused"


class EngineRefused(EngineError):
    """The engine will not run this graph, now or later."""

    code = "engine_refused"


class PicturesUnreachable(EngineError):
    """The engine was given addresses of pictures, and could not have them."""

    code, status, retryable = "pictures_unreachable", 503, True


class SecretMissing(EndpointRefused):
    """`name`: of a key that stands neither in the environment nor in the secrets file."""

    code = "secret_missing"


class SecretsOpen(EndpointRefused):
    """Others may read the secrets file, so that no key is taken from it."""

    code = "secrets_open"


class PayloadTooLarge(EngineError):
    """`megabytes` to be sent, of which the engine takes `most`."""

    code, status = "payload_too_large", 413


class EngineBusy(EngineError):
    code, status, retryable = "engine_busy", 503, True


class RunFailed(EngineError):
    """The graph failed while it ran; `where` is "" or " (KSampler #3)", `node` the id alone."""

    code = "run_failed"


class OutOfMemory(RunFailed):
    """The engine ran out of memory; the same graph may fit when less else is running."""

    code, retryable = "out_of_memory", True


class GpuFailed(RunFailed):
    """The graphics card or its driver failed under the run; another worker may do it."""

    code, retryable = "gpu_failed", True


class RunLost(EngineError):
    code, retryable = "run_lost", True


class RunTimedOut(EngineError):
    """`minutes`: how long we waited."""

    code = "run_timed_out"


class OutputMissing(EngineError):
    """The run ended well and gave no picture."""

    code = "output_missing"


class OutputBroken(EngineError):
    code, retryable = "output_broken", True


class MaskNotKept(EngineError):
    """`changed` pixels that the mask does not cover differ in what was stored."""

    code, retryable = "mask_not_kept", True


class TakenTooOften(EngineError):
    """`takes`: how many times the job was begun."""

    code = "taken_too_often"


class ResultTooLarge(EngineError):
    """`megabytes` were made, of which the platform carries back `most`."""

    code = "result_too_large"


class WorkerUnfit(EngineError):
    """`reason`: what a GPU worker lacks, and the remedy; English, for the operator."""

    code, status, retryable = "worker_unfit", 503, True
