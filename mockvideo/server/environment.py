"""How a server is started, by names and values: from flags, else the environment, else ``pyproject.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any, get_args

from mockvideo.core.events import Secret
from mockvideo.core.scenario import Allowance
from mockvideo.core.settings import Settings
from mockvideo.script.library import Library
from mockvideo.server import notation
from mockvideo.server.notation import SetupError
from mockvideo.server.options import Options
from mockvideo.server.webhooks.egress import Mode

HOST = "127.0.0.1"
PORT = 8420
MEDIA = ("http", "data")
LOGS = ("text", "json", "off")
WEBHOOKS: tuple[str, ...] = get_args(Mode)
SECRETS: tuple[str, ...] = get_args(Secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Where a server listens and what it tells, beside its ``options``. ``listen`` has pairs of dialect and port."""

    host: str = HOST
    port: int = PORT
    listen: tuple[tuple[str, int], ...] = ()
    log: str | None = None
    ready_file: Path | None = None
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class Setting:
    """How a setting is read. ``many``: it is a list, which a text separates by white space or commas."""

    name: str
    read: Callable[[str], Any]
    many: bool = False
    plural: str = ""

    def places(self) -> Iterator[str]:
        """Where a value may stand, as messages say it, the most telling place first."""
        yield "--" + self.name.replace("_", "-")
        names = (self.plural, self.name) if self.plural else (self.name,)
        for name in names:
            yield "MOCKVIDEO_" + name.upper()
        for name in names:
            yield PROJECT + name.replace("_", "-")


PROJECT = "[tool.mockvideo] "
# Click says () where a repeatable option is absent, compose files say "" where a variable is.
UNSET: tuple[Any, ...] = (None, "", (), [])

ALLOWANCE = ("credits", "plan", "slots", "requests_per_minute", "requests_per_day")
SETTINGS = (
    Setting("host", notation.plain),
    Setting("port", notation.port),
    Setting("listen", notation.dialect_port, many=True),
    Setting("speed", notation.pace),
    Setting("seed", notation.number),
    Setting("scenario", notation.plain),
    Setting("scenarios", notation.folder),
    Setting("strict", notation.switch),
    Setting("credits", notation.amount),
    Setting("plan", notation.plain),
    Setting("slots", notation.limit),
    Setting("requests_per_minute", notation.limit),
    Setting("requests_per_day", notation.limit),
    Setting("key", notation.plain, many=True),
    Setting("keys", notation.key_file),
    Setting("public_url", notation.public_url),
    Setting("media", notation.one_of(*MEDIA)),
    Setting("allowed_host", notation.host_name, many=True, plural="allowed_hosts"),
    Setting("cors_origin", notation.origin, many=True, plural="cors_origins"),
    Setting("token", notation.token),
    Setting("no_control", notation.switch),
    Setting("webhooks", notation.one_of(*WEBHOOKS)),
    Setting("webhook_allow", notation.receiver, many=True),
    Setting("webhook_secret", notation.one_of(*SECRETS)),
    Setting("log", notation.one_of(*LOGS)),
    Setting("ready_file", Path),
)


def from_environment(environ: Mapping[str, str]) -> Setup:
    """Read what the environment says; raises SetupError."""
    return setup({}, environ, {})


def setup(flags: Mapping[str, Any], environ: Mapping[str, str], project: Mapping[str, Any]) -> Setup:
    """Take each setting from the first place that has it; raises SetupError that names the place.

    ``flags`` are by parameter name (``public_url``), ``project`` as ``read_project`` returns it.
    """
    said = {
        **{"--" + name.replace("_", "-"): value for name, value in flags.items()},
        **environ,
        **{PROJECT + name: value for name, value in project.items()},
    }
    found: dict[str, Any] = {}
    for setting in SETTINGS:
        place = next((place for place in setting.places() if said.get(place) not in UNSET), None)
        if place is not None:
            found[setting.name] = _read(setting, place, said[place])
    direct = {name: found[name] for name in ("host", "port", "listen", "log", "ready_file") if name in found}
    return Setup(**direct, options=_options(found))


def read_project(folder: Path) -> Mapping[str, Any]:
    """Return ``[tool.mockvideo]`` of the folder's pyproject.toml, its names with dashes; raises SetupError."""
    try:
        document = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SetupError(f"pyproject.toml cannot be read: {error}") from None
    table = document.get("tool", {}).get("mockvideo", {})
    named = {name.replace("_", "-"): value for name, value in table.items()}
    known = [place.removeprefix(PROJECT) for setting in SETTINGS for place in setting.places() if PROJECT in place]
    for name in named.keys() - set(known):
        near = get_close_matches(name, known, n=1) or known
        raise SetupError(f"{PROJECT}{name} is not a setting; did you mean {', '.join(near)}?")
    return named


def local_url(environ: Mapping[str, str]) -> str:
    """The URL of the server that this environment means, without a slash at its end; raises SetupError."""
    if url := environ.get("MOCKVIDEO_URL"):
        return notation.web_address(url)
    meant = from_environment({name: environ.get(name, "") for name in ("MOCKVIDEO_HOST", "MOCKVIDEO_PORT")})
    # Addresses to listen on, to which Windows does not connect.
    host = {"0.0.0.0": HOST, "::": "::1"}.get(meant.host, meant.host)
    return f"http://[{host}]:{meant.port}" if ":" in host else f"http://{host}:{meant.port}"


def _read(setting: Setting, place: str, value: Any) -> Any:
    try:
        if not setting.many:
            return setting.read(str(value))
        parts = value if isinstance(value, list | tuple) else re.split(r"[\s,]+", str(value).strip(" \t\n,"))
        return tuple(setting.read(str(part)) for part in parts)
    except SetupError as error:
        raise SetupError(f"{place}: {error}") from None


def _options(found: Mapping[str, Any]) -> Options:
    keys = frozenset(found.get("key", ())) | found.get("keys", frozenset())
    direct = {name: found[name] for name in ("media", "public_url", "webhooks", "webhook_allow") if name in found}
    scenario, library = _script(found)
    return Options(
        settings=Settings(
            seed=found.get("seed", 0),
            keys=keys or None,
            scenario=scenario,
            library=library,
            strict=found.get("strict", False),
            webhook_secret=found.get("webhook_secret", "raw"),
            allowance=Allowance(**{name: found[name] for name in ALLOWANCE if name in found}),
            **found.get("speed", {}),
        ),
        allowed_hosts=found.get("allowed_host", ()),
        cors_origins=found.get("cors_origin", ()),
        beyond_loopback=not _is_loopback(found.get("host", HOST)),
        token=found.get("token"),
        control=not found.get("no_control", False),
        **direct,
    )


def _script(found: Mapping[str, Any]) -> tuple[str | None, Library | None]:
    """The scenario that is in force for all, read so that a wrong one is told now, and all that can be named."""
    asked, folder = found.get("scenario"), found.get("scenarios")
    if asked is None:
        return None, None if folder is None else Library(folder)
    file = Path(asked)
    if file.suffix != ".toml":
        library, name = Library(folder), asked
    else:
        library, name = Library(folder, files=(file,)), file.stem
    try:
        if name not in library:
            near = library.nearest(name) or sorted(library)
            raise SetupError(f"there is no scenario {name!r}; did you mean {', '.join(near)}?")
        library[name]
    except ValueError as error:
        raise SetupError(f"--scenario: {error}") from None
    return name, library


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
