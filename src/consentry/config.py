"""The table of settings, with name, default and help: no default stands anywhere else.

A setting comes, in rising order of weight, from this table, a TOML file, an environment
variable `CONSENTRY_<NAME>`, and the command line.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from consentry.core.errors import SetupTrouble

PREFIX = "CONSENTRY_"
"""What every environment variable of ours begins with."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table."""

    name: str
    """As it stands in the TOML file."""
    default: str | int | float | bool
    """Its value where nobody says otherwise; its type is the setting's type."""
    help: str
    """What it does, for an operator."""
    among: tuple[str, ...] = ()
    """The only values it may have; empty: any."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its value. Field names are those of the table."""

    data: str
    host: str
    port: int
    database: str = field(repr=False)
    upstream: str
    upstream_key: str = field(repr=False)
    upstream_seconds: float
    upstream_name: str
    exposure: str
    exposure_key: str = field(repr=False)
    exposure_model: str
    exposure_not_covered: str
    vision: str
    vision_key: str = field(repr=False)
    allow_no_output_judge: bool
    capability: str
    visible_label: str
    provenance_chain: str
    provenance_key: str
    places: str
    law: str
    patience: float
    signal_threads: int
    decoders: int
    video_decoders: int
    max_body_mb: int
    max_at_once: int
    origin: str
    refusal_code: str
    stream_mode: str
    conversation_hours: float
    default_hours: int
    reports_hourly: int
    looks_hourly: int
    reports_rush: int
    trusted_proxies: str
    hide_at_once_most: int
    complaint_hours: float
    workers: int
    jobs_days: float
    features_days: float
    site: bool
    breaker_generations: int
    breaker_edits: int
    breaker_refusals: float
    breaker_window_minutes: float
    breaker_pause_minutes: float
    canary_minutes: float
    canary_url: str
    canary_makes: bool
    exchanges: str
    sync_minutes: float
    stopncii_subscription: str = field(repr=False)
    stopncii_key: str = field(repr=False)
    stopncii_feedback_key: str = field(repr=False)
    ncmec_user: str
    ncmec_password: str = field(repr=False)
    ncmec_reason: str
    hma_trusted_network: bool
    hma_hosts: str
    fetch_hosts: str
    fetch_inside: str
    platforms: str
    platform_networks: str
    report_host: str
    report_port: int
    report_leave_to: str
    console_url: str
    oidc_issuer: str
    oidc_client: str
    oidc_secret: str = field(repr=False)
    oidc_name: str
    public_url: str
    looks_a_day: int
    looked_at_again: float

    @property
    def directory(self) -> Path:
        """The data directory."""
        return Path(self.data)

    @property
    def database_url(self) -> str:
        """Where the database is: what was set, or a SQLite file in the data directory."""
        return self.database or f"sqlite:///{self.directory / 'consentry.db'}"

    @property
    def hma_host_names(self) -> frozenset[str]:
        """Hosts whose pictures HMA clients may ask us to fetch; none by default."""
        return _names(self.hma_hosts)

    @property
    def fetch_host_names(self) -> frozenset[str]:
        """Hosts whose pictures may be named at the gate; `*` for every public one; none by default."""
        return _names(self.fetch_hosts)

    @property
    def fetch_inside_names(self) -> frozenset[str]:
        """Allowed hosts that may have any address and port."""
        return _names(self.fetch_inside)

    @property
    def not_covered(self) -> Mapping[str, str]:
        """Measures the operator does without, each with the reason on record."""
        pairs = (text.partition("=") for text in self.exposure_not_covered.split(";") if text.strip())
        return {measure.strip(): why.strip() for measure, _, why in pairs}

    @property
    def site_url(self) -> str:
        """The address of the simulated small site."""
        return f"http://{self.host}:{self.port}/site"

    @property
    def console_origin(self) -> str:
        """The address of the console, without a path: passkeys are bound to it."""
        return (self.console_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def public_origin(self) -> str:
        """The address under which the public reaches the server, without a path."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def place_codes(self) -> frozenset[str]:
        """The jurisdictions the operator serves; empty means all that are known."""
        return frozenset(code.strip() for code in self.places.split(",") if code.strip())


SETTINGS: tuple[Setting, ...] = (
    Setting("data", "consentry-data", "Directory for the database, the keys and the encrypted blobs."),
    Setting("host", "127.0.0.1", "Address to listen on. Put a TLS proxy in front before opening it."),
    Setting("port", 8321, "Port to listen on."),
    Setting("database", "", "SQLAlchemy URL; empty: a SQLite file in `data`."),
    Setting(
        "upstream",
        "",
        "Base URL of the image generator; `xai:`, `responses:`, `chat:` or `gemini:` before it says that it "
        "does not speak OpenAI's image API; `drawing:` draws by itself, for trying out; empty: none.",
    ),
    Setting("upstream_key", "", "Key for the image generator. Callers' keys are never passed on."),
    Setting("upstream_seconds", 300.0, "Longest wait for the image generator, in seconds."),
    Setting(
        "upstream_name",
        "generator",
        "What the generator's guard is called; permits are good for that name only.",
    ),
    Setting(
        "exposure",
        "",
        "What looks at outputs: `process:COMMAND`, `onnx:FILE`, `moderations:URL`; several with `;`.",
    ),
    Setting("exposure_key", "", "Key for a moderations service."),
    Setting("exposure_model", "omni-moderation-latest", "Model of a moderations service."),
    Setting(
        "exposure_not_covered",
        "",
        "Measures you do without, each with its reason: `exposure.minimal=REASON; …`.",
    ),
    Setting(
        "vision",
        "",
        "Vision service with OpenAI's chat completions that is asked where a result is doubtful: `NAME@URL`.",
    ),
    Setting("vision_key", "", "Key for the vision service."),
    Setting(
        "allow_no_output_judge",
        False,
        "Start the gate although nothing looks at outputs. Every output is then held.",
    ),
    Setting(
        "visible_label",
        "law",
        "Which images get a bar that says a machine made them: `law` (where a rule wants it) or `always`.",
    ),
    Setting(
        "provenance_chain",
        "",
        "PEM file with the certificates that images are signed with; empty: a chain made in `data`.",
    ),
    Setting("provenance_key", "", "PEM file with the key of the first of them (PKCS #8, P-256)."),
    Setting(
        "capability",
        "people",
        "What the gate is for: `people`, or `adult` for explicit images of nobody (no pictures, no names).",
    ),
    Setting("places", "", "Jurisdictions you serve, such as `gb,eu`; empty: all, the strictest."),
    Setting("law", "", "Directory with law files of your own. They can add rules, never remove any."),
    Setting("patience", 10.0, "Seconds a signal may take before it counts as unable to look."),
    Setting("signal_threads", 8, "Signals that look at the same time."),
    Setting("decoders", 2, "Sandboxed decoder processes for pictures."),
    Setting("video_decoders", 1, "Sandboxed decoder processes for videos; 0 refuses every video."),
    Setting("max_body_mb", 60, "Largest request body in MiB."),
    Setting("max_at_once", 64, "Requests worked on at the same time; more get 503 and Retry-After."),
    Setting("origin", "consentry.example/log", "The log's name, on every checkpoint."),
    Setting("refusal_code", "moderation_blocked", "The error code of a refusal at the gate."),
    Setting(
        "stream_mode",
        "final",
        "Streams at the gate: `final` keeps the connection open until all is judged; `off` begins only then.",
        among=("final", "off"),
    ),
    Setting(
        "conversation_hours",
        1.0,
        "Hours for which a conversation can be continued by its id (`previous_response_id`): its words and "
        "pictures are kept, encrypted, until then; 0: none is kept.",
    ),
    Setting("complaint_hours", 24.0, "Hours within which a complaint about a refusal is answered."),
    Setting("default_hours", 48, "Hours for a takedown where no known law sets fewer."),
    Setting("reports_hourly", 20, "Reports an hour from one network (/24 or /56); more wait. 0: any."),
    Setting("looks_hourly", 120, "Looks an hour at one report from one network; more wait. 0: any."),
    Setting(
        "reports_rush",
        300,
        "Reports an hour from everywhere over which everybody waits half a minute first; 0: never.",
    ),
    Setting(
        "trusted_proxies",
        "127.0.0.1,::1",
        "Proxies (addresses or networks) whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.",
    ),
    Setting(
        "hide_at_once_most",
        50,
        "Most copies that one report hides by itself; over it a person looks first, until the last hour.",
    ),
    Setting("workers", 1, "Job workers inside the server; 0 if `consentry work` runs elsewhere."),
    Setting("jobs_days", 90.0, "Days for which jobs that are done are kept; 0: for ever."),
    Setting(
        "features_days",
        14.0,
        "Days for which features of uploads are kept, encrypted, so that parts of a picture reported later "
        "are found among them; 0: not at all.",
    ),
    Setting(
        "hma_trusted_network",
        False,
        "Serve the HMA routes (/h, /m, /c) without a key. Only where nobody else can reach them.",
    ),
    Setting(
        "hma_hosts", "", "Hosts that HMA clients may name in `url=`, such as `media.example`; none: refused."
    ),
    Setting(
        "fetch_hosts",
        "",
        "Hosts whose pictures the gate fetches by their address; `*`: every public one; none: refused.",
    ),
    Setting(
        "fetch_inside",
        "",
        "Which of the hosts allowed there may be in your own network, and on any port.",
    ),
    Setting("platforms", "", "TOML file that names every platform to act on, with its addresses; see docs."),
    Setting(
        "platform_networks",
        "",
        "Networks of your own in which platforms may be, such as `10.0.0.0/8`; empty: only public addresses.",
    ),
    Setting(
        "report_host", "127.0.0.1", "Address that the report form listens on, apart from every other door."
    ),
    Setting("report_port", 0, "Port of the report form for people depicted; 0: no form here."),
    Setting(
        "report_leave_to",
        "https://www.wikipedia.org/",
        "Where somebody goes who leaves the report form in a hurry: a harmless page of somebody else.",
    ),
    Setting(
        "console_url",
        "",
        "Where staff find the console: `https://HOST`, behind your TLS proxy; empty: `http://localhost` and "
        "`port`, for this machine alone.",
    ),
    Setting("oidc_issuer", "", "Issuer of your organisation's sign-in (OpenID Connect); empty: none."),
    Setting("oidc_client", "", "What the console is called there: its client id."),
    Setting("oidc_secret", "", "Its client secret; empty for a public client."),
    Setting("oidc_name", "your organisation", "What the button on the sign-in page calls it."),
    Setting(
        "public_url", "", "Where posters reach the server, such as `https://HOST`; empty: `host` and `port`."
    ),
    Setting("looks_a_day", 60, "Most originals that one reviewer can have shown within a day."),
    Setting("looked_at_again", 5.0, "Percent of decided cases that another person looks at, untold."),
    Setting("site", False, "Run the simulated small site under /site, for trying out."),
    Setting("breaker_generations", 0, "Most requests from words alone in a window; more pause them. 0: any."),
    Setting("breaker_edits", 0, "Most edits of pictures in a window; over it they are paused. 0: any."),
    Setting(
        "breaker_refusals",
        1.0,
        "Share of refusals among the requests of a window (20 or more) over which they are paused; 1: never.",
    ),
    Setting("breaker_window_minutes", 10.0, "The window that the breakers look back over, in minutes."),
    Setting("breaker_pause_minutes", 30.0, "How long a capability stays paused by itself, in minutes."),
    Setting("canary_minutes", 0.0, "How often canaries try every route, in minutes; 0: only when told to."),
    Setting("canary_url", "", "Where canaries find this server; empty: `host` and `port`."),
    Setting(
        "canary_makes", True, "Canaries ask each route for a harmless image, too, which is made and paid for."
    ),
    Setting(
        "exchanges",
        "",
        "Banks that others fill: `BANK=stopncii`, `BANK=ncmec:DATABASE`, `BANK=listfile:FILE`, or "
        "`BANK=childfile:FILE` for a list of pictures of children; several with `;`.",
    ),
    Setting("sync_minutes", 5.0, "How often each of them is asked for news, in minutes."),
    Setting("stopncii_subscription", "", "Subscription key for StopNCII."),
    Setting("stopncii_key", "", "StopNCII's key for fetching hashes."),
    Setting("stopncii_feedback_key", "", "StopNCII's key for sending feedback; empty: none is sent."),
    Setting("ncmec_user", "", "User name for NCMEC's hash sharing."),
    Setting("ncmec_password", "", "Password for NCMEC's hash sharing."),
    Setting("ncmec_reason", "", "Name of the reason that NCMEC offers and our disagreement gives."),
)
"""Every setting there is."""


def load(
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    flags: Mapping[str, object] | None = None,
) -> Settings:
    """The settings in force. Raises SetupTrouble naming a setting that is unknown or malformed."""
    environment = os.environ if environment is None else environment
    values: dict[str, object] = {setting.name: setting.default for setting in SETTINGS}
    values |= _from_file(file) if file else {}
    values |= _from_environment(environment)
    values |= {name: value for name, value in (flags or {}).items() if value is not None}
    known = {setting.name: setting for setting in SETTINGS}
    for name in values:
        if name not in known:
            raise SetupTrouble(f"There is no setting `{name}`.", next_step="See `consentry serve --help`.")
    return Settings(**{name: _typed(known[name], value) for name, value in values.items()})  # type: ignore[arg-type]  # each value was just given its setting's type


def _from_file(file: Path) -> dict[str, object]:
    try:
        return dict(tomllib.loads(file.read_text()))
    except OSError:
        raise SetupTrouble(f"The settings file {file.name} cannot be read.") from None
    except tomllib.TOMLDecodeError as error:
        raise SetupTrouble(f"The settings file {file.name} is not TOML: {error}.") from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    found = {name[len(PREFIX) :].lower(): value for name, value in environment.items() if _ours(name)}
    found.pop("deep", None)  # the test suite's own switch
    found.pop("config", None)  # the path of the settings file itself
    return dict(found)


def _ours(name: str) -> bool:
    return name.startswith(PREFIX)


_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def _typed(setting: Setting, value: object) -> object:
    """`value` with the type of the setting's default."""
    wanted = type(setting.default)
    if wanted is bool and isinstance(value, str):
        if value.lower() in _TRUE | _FALSE:
            return value.lower() in _TRUE
    elif wanted is float and isinstance(value, int | float | str) and not isinstance(value, bool):
        return _number(setting, value, float)
    elif wanted is int and isinstance(value, int | str) and not isinstance(value, bool):
        return _number(setting, value, int)
    elif isinstance(value, wanted):
        return _allowed(setting, value)
    raise SetupTrouble(f"The setting `{setting.name}` must be a {wanted.__name__}.")


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip().lower() for name in text.split(",") if name.strip())


def _allowed(setting: Setting, value: object) -> object:
    if setting.among and value not in setting.among:
        allowed = ", ".join(f"`{one}`" for one in setting.among)
        raise SetupTrouble(f"The setting `{setting.name}` must be one of {allowed}.", param=setting.name)
    return value


def _number(setting: Setting, value: float | str, wanted: type[int | float]) -> float:
    try:
        return wanted(value)
    except ValueError:
        raise SetupTrouble(f"The setting `{setting.name}` must be a {wanted.__name__}.") from None


assert {found.name for found in fields(Settings)} == {setting.name for setting in SETTINGS}  # noqa: S101 - one table, two views of it
