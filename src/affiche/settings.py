"""Every setting once: its names in the environment, its default, one line of help.

A value comes from the environment, else from `affiche.toml` in the data folder (or the file that
AFFICHE_CONFIG names), else from the default.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from dataclasses import field as dataclass_field
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from affiche.domain.endpoints import ImagesAs, PicturesBy, RequestShape, WorkflowAs
from affiche.errors import SettingInvalid

LogForm = Literal["text", "json"]
MailTls = Literal["starttls", "tls", "off"]
_HELP, _ALSO, _SECRET = "help", "also", "secret"


def _setting(default: Any, help: str, *, also: tuple[str, ...] = (), secret: bool = False) -> Any:
    metadata = {_HELP: help, _ALSO: also, _SECRET: secret}
    return dataclass_field(default=default, metadata=metadata, repr=not secret)


def _home() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "affiche"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    data: Path = dataclass_field(
        default_factory=_home,
        metadata={_HELP: "Folder for the database, the files and the keys.", _ALSO: ()},
    )
    config: Path | None = _setting(None, "Settings file; affiche.toml in the data folder if unset.")
    host: str = _setting("127.0.0.1", "Address that the studio listens on.")
    port: int = _setting(8420, "Port of the studio; the next free one if unset.", also=("PORT",))
    url: str | None = _setting(None, "Address of a running studio; for links and for the commands.")
    public_url: str | None = _setting(
        None,
        "Address at which the internet reaches this studio; for engines' webhooks and links to"
        " pictures.",
    )
    api_key: str | None = _setting(None, "Key that the commands sign in with.", secret=True)
    log: LogForm = _setting("text", "What the log is written as: text for people, or json.")
    language: str = _setting("ko", "Language where nobody said which: ko or en.")
    trusted_proxies: tuple[str, ...] = _setting(
        ("127.0.0.1", "::1"),
        "Addresses or networks of proxies whose word counts for who calls, comma separated.",
    )
    ask_rate: int = _setting(
        300,
        "Requests a minute in which one user may ask and upload; operators as many as they like.",
    )
    supabase_url: str | None = _setting(
        None, "A Supabase project whose users are let in.", also=("SUPABASE_URL",)
    )
    jwt_secret: str | None = _setting(
        None,
        "Secret of tokens that are signed with one (HS256).",
        also=("SUPABASE_JWT_SECRET",),
        secret=True,
    )
    jwt_jwks_url: str | None = _setting(
        None, "Where the keys of tokens are published (RS256, ES256); Supabase's if it is set."
    )
    jwt_issuer: str | None = _setting(
        None, "Who must have issued a token; Supabase's if it is set."
    )
    jwt_audience: str = _setting("authenticated", "For whom a token must be meant.")
    jwt_sign_up: bool = _setting(
        False, "Whether whoever comes with a token for the first time becomes a user."
    )
    oidc_issuer: str | None = _setting(
        None, "OpenID Connect issuer at which people sign in, as it spells itself."
    )
    oidc_client_id: str | None = _setting(None, "What the studio is called there.")
    oidc_client_secret: str | None = _setting(
        None, "The studio's secret there; none for a public client.", secret=True
    )
    oidc_sign_up: bool = _setting(
        False, "Whether whoever comes from there for the first time becomes a user."
    )
    jwt_service_role: bool = _setting(
        False, "Whether a token of the role service_role acts as the studio's operator."
    )

    database_url: str | None = _setting(
        None, "PostgreSQL 15 or later; embedded if unset.", also=("DATABASE_URL",), secret=True
    )
    direct_url: str | None = _setting(
        None,
        "PostgreSQL past a pooler, for migrations and LISTEN.",
        also=("DIRECT_URL",),
        secret=True,
    )
    database_pool: int = _setting(12, "Connections to PostgreSQL that one process may hold.")
    storage_url: str | None = _setting(
        None, "Object storage (s3://, gs://, az://); a folder in the data folder if unset."
    )
    comfyui_url: str | None = _setting(
        None,
        "A ComfyUI server; the preview engine if unset.",
        also=("COMFYUI_URL", "COMFYUI_API_URL"),
    )
    comfyui_works: int = _setting(2, "Works that the ComfyUI server is given at once.")
    runpod_api_key: str | None = _setting(
        None, "Key of RunPod's API.", also=("RUNPOD_API_KEY",), secret=True
    )
    runpod_endpoint_id: tuple[str, ...] = _setting(
        (),
        "RunPod Serverless endpoints, comma separated; each stands in for those before it.",
        also=("RUNPOD_ENDPOINT_ID",),
    )
    runpod_base_url: str = _setting(
        "https://api.runpod.ai/v2",
        "Address of RunPod's API.",
        also=("RUNPOD_ENDPOINT_BASE_URL",),
    )
    runpod_works: int = _setting(5, "Works that each RunPod endpoint is given at once.")
    runpod_request_shape: RequestShape = _setting(
        "workflow", "What a RunPod worker is sent: workflow or parameters."
    )
    runpod_images_as: ImagesAs = _setting(
        "list", "How pictures stand beside a workflow that is sent: list or map."
    )
    runpod_workflow_as: WorkflowAs = _setting(
        "object", "How a workflow is sent: object, or text for JSON in a string."
    )
    runpod_pictures_by: PicturesBy = _setting(
        "auto", "How pictures are sent: url, base64, or auto for url where the storage has them."
    )
    runpod_does_stages: bool = _setting(
        False, "Whether the RunPod worker runs all stages of a template in one job."
    )
    llm_key: str | None = _setting(
        None,
        "Key of the language model, for translations, titles and captions; none without it.",
        also=("OPENROUTER_API_KEY",),
        secret=True,
    )
    llm_url: str | None = _setting(
        None,
        "Address of an OpenAI-compatible API; OpenRouter's if unset. One of your own needs no key.",
    )
    llm_model: str = _setting("openai/gpt-4o-mini", "The language model's name there.")
    llm_rate: int = _setting(
        100, "Questions a minute that all processes together ask the language model."
    )
    llm_seconds: float = _setting(
        20.0, "Seconds for one question to the language model with all its tries."
    )
    translation_seconds: float = _setting(
        20.0, "Longest that a work waits for its prompt to be translated; then it goes as it is."
    )
    translation_days: float = _setting(
        90.0, "Days that a translation is kept for others of the same words, after its last use."
    )
    llm_price_in: float | None = _setting(
        None, "US dollars for a million tokens asked, where the API does not tell the cost."
    )
    llm_price_out: float | None = _setting(
        None, "US dollars for a million tokens answered, where the API does not tell the cost."
    )
    secrets: Path | None = _setting(None, "Secrets file; secrets.toml in the data folder if unset.")
    credits: bool = _setting(False, "Whether works cost credits.")
    smtp_host: str | None = _setting(None, "Mail server for notifications; no e-mail if unset.")
    smtp_port: int = _setting(587, "Port of the mail server.")
    smtp_user: str | None = _setting(None, "Who signs in to the mail server; nobody if unset.")
    smtp_secret: str = _setting(
        "SMTP_PASSWORD",
        "Name of the mail server's password in the environment or the secrets file.",
    )
    smtp_from: str | None = _setting(None, "Address that e-mail comes from.")
    smtp_tls: MailTls = _setting(
        "starttls", "How mail is kept private: starttls, tls from the first byte, or off."
    )
    preview_works: int = _setting(2, "Works that the preview engine is given at once.")
    preview_pace: float = _setting(0.12, "Seconds that the preview engine takes for a step.")
    demo: bool = _setting(
        True, "Whether a laptop's first start has two characters and a dozen references to try."
    )
    catalog: Path | None = _setting(None, "Folder with templates beside those that are shipped.")
    steps: int = _setting(32, "Steps that one `affiche work` runs at once.")
    upload_mb: int = _setting(20, "Largest upload or fetched picture, in MB.")
    upload_megapixels: int = _setting(50, "Largest upload or fetched picture, in megapixels.")
    fetch_seconds: float = _setting(20.0, "Time-out for fetching a picture from an address.")
    fetch_private: tuple[str, ...] = _setting(
        (), "Private hosts that pictures may be fetched from, comma separated."
    )
    webhook_key: str | None = _setting(
        None,
        "Key that webhooks' secrets are made from; the data folder's own if unset. Processes with"
        " data folders of their own must share it.",
        secret=True,
    )
    webhook_private: tuple[str, ...] = _setting(
        (), "Private hosts that webhooks may be sent to, also by http, comma separated."
    )
    webhook_http: bool = _setting(False, "Whether webhooks may be sent by http to public hosts.")
    retry_seconds: float = _setting(4.0, "Pause before a job's second take; then four times it.")
    orphan_hours: float = _setting(
        24.0, "Hours until a stored object that no record names is removed; 1 at least."
    )
    upload_days: float = _setting(7.0, "Days until an upload that no work ever used is removed.")
    notification_days: float = _setting(90.0, "Days that notifications are kept.")
    audit_days: float = _setting(
        365.0, "Days that the log of what operators did is kept; 30 at least."
    )
    credit_value: float | None = _setting(
        None, "What a credit is worth, in US dollars; margins are not reckoned if unset."
    )
    alert_emails: tuple[str, ...] = _setting(
        (), "Addresses that alerts are sent to, comma separated; the operators' if unset."
    )
    alert_failure_percent: float = _setting(
        5.0, "Of the runs that ended, how many may fail before operators are told."
    )
    alert_failure_minutes: float = _setting(60.0, "For how long back failures are counted.")
    alert_failure_least: int = _setting(
        20, "Runs that must have ended in that time for failures to count."
    )
    alert_queue_minutes: float = _setting(
        30.0, "How long a run may wait for its endpoint before operators are told."
    )
    alert_down_minutes: float = _setting(
        5.0, "How long an endpoint may be unwell before operators are told."
    )
    alert_budget_percent: float = _setting(
        90.0, "How much of a budget may be spent before operators are told."
    )
    alert_storage_percent: float = _setting(
        90.0, "How much of its storage a project may use before operators are told."
    )
    secret_days: float = _setting(
        90.0, "Days after which operators are reminded to replace a key or secret."
    )
    storage_gb: float | None = _setting(
        None, "GB of pictures that each project may keep, thumbnails included; no limit if unset."
    )
    work_days: float | None = _setting(
        None, "Days until an ended work is removed with its pictures; they stay if unset."
    )
    trash_days: float = _setting(30.0, "Days that a work lies in the trash until it is removed.")
    event_days: float = _setting(7.0, "Days that events are kept for streams to catch up.")
    delivery_days: float = _setting(
        30.0, "Days that the log of webhooks' deliveries and of mail is kept."
    )
    job_days: float = _setting(
        90.0, "Days that the records of a finished work's runs are kept; its pictures stay."
    )


@dataclass(frozen=True, slots=True)
class Source:
    """One setting as it stands: `origin` is an environment name, a file, or "default"."""

    name: str
    value: Any = dataclass_field(repr=False)
    origin: str
    help: str
    secret: bool

    @property
    def shown(self) -> str:
        if self.value is None:
            return ""
        return "••••" if self.secret else str(self.value)


def environment_names(name: str) -> tuple[str, ...]:
    """The names a setting goes by in the environment, the first that is set wins."""
    declared = next(f for f in fields(Settings) if f.name == name)
    return (f"AFFICHE_{name.upper()}", *declared.metadata[_ALSO])


def read(
    environment: Mapping[str, str] | None = None, **given: Any
) -> tuple[Settings, list[Source]]:
    """The settings and where each came from; `given` overrides all.

    Raises SettingInvalid for a value of the wrong kind, an unreadable file or an unknown key.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, tuple[Any, str]] = {}
    names = {f.name for f in fields(Settings)}
    for name in names:
        for variable in environment_names(name):
            if environment.get(variable):
                values[name] = (environment[variable], variable)
                break
    values |= {name: (value, "command line") for name, value in given.items() if value is not None}
    data = Path(values["data"][0]) if "data" in values else _home()
    for name, value in _file(values, data).items():
        if name not in names:
            raise SettingInvalid(name=name, reason="there is no such setting")
        values.setdefault(name, (value, "affiche.toml"))
    settings = Settings(**{name: _typed(name, value) for name, (value, _) in values.items()})
    sources = [
        Source(
            f.name,
            getattr(settings, f.name),
            values[f.name][1] if f.name in values else "default",
            f.metadata[_HELP],
            f.metadata.get(_SECRET, False),
        )
        for f in fields(Settings)
    ]
    return settings, sources


def _file(values: Mapping[str, tuple[Any, str]], data: Path) -> dict[str, Any]:
    named = values.get("config")
    path = Path(named[0]) if named else data / "affiche.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        if named:
            raise SettingInvalid(name="config", reason="there is no such file") from None
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingInvalid(name="config", reason="the file cannot be read") from error


def _typed(name: str, value: Any) -> Any:
    declared = next(f for f in fields(Settings) if f.name == name)
    kind: Any = declared.type
    if kind == tuple[str, ...] and isinstance(value, str):
        value = tuple(part.strip() for part in value.split(",") if part.strip())
    try:
        typed = TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"].lower()
        raise SettingInvalid(name=name, reason=reason) from error
    if isinstance(typed, Path):
        typed = typed.expanduser().absolute()
    number = isinstance(typed, int | float) and not isinstance(typed, bool)
    if number and typed <= 0 and name != "preview_pace":
        raise SettingInvalid(name=name, reason="must be more than zero")
    if name == "orphan_hours" and typed < 1:
        raise SettingInvalid(name=name, reason="must be 1 or more")
    if name == "language" and typed not in ("ko", "en"):
        raise SettingInvalid(name=name, reason="ko or en")
    return typed
