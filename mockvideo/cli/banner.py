"""What serve says when it listens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mockvideo import __version__
from mockvideo.cli.terminal import Paint
from mockvideo.core.scenario import Allowance
from mockvideo.core.settings import Settings
from mockvideo.core.timing import AT_ONCE
from mockvideo.server.guard import NETWORK_SUFFIXES
from mockvideo.server.limits import DEFAULT
from mockvideo.server.options import Options

DEFAULT_URL = "http://127.0.0.1:8420"
SETTINGS = Settings()


def base_urls(url: str, names: Iterable[str]) -> dict[str, str]:
    """Return the base URL of each dialect."""
    return {name: f"{url}/{name}" for name in names}


def banner(url: str, names: Iterable[str], roots: Mapping[str, str], options: Options, paint: Paint) -> Iterator[str]:
    """Say in lines where everything is; ``roots`` are the URLs of dialects on ports of their own."""
    urls = base_urls(url, names)
    width = max(map(len, urls))
    yield f"{paint('mockvideo', bold=True)} {paint(__version__, dim=True)}  {url}"
    yield ""
    for name, base in urls.items():
        root = f"  {paint('and', dim=True)} {roots[name]}" if name in roots else ""
        yield f"  {paint(name.ljust(width), fg='cyan')}  {base}{root}"
    yield ""
    for about, said in _facts(url, options):
        yield f"  {paint(about.ljust(width), dim=True)}  {said}"
    yield ""


def warning(host: str, options: Options) -> str:
    """Say who can reach a server beyond loopback."""
    anyone = "with any key (close the list with --key or --keys)" if options.settings.keys is None else "with a key"
    return (
        f"Warning: {host} lets other machines in, {anyone}. Their Host may be an address, a name without a dot or one "
        f"under {', '.join(NETWORK_SUFFIXES)}; allow others with --allowed-host."
    )


def _facts(url: str, options: Options) -> Iterator[tuple[str, str]]:
    settings, caps = options.settings, options.settings.caps
    where = "" if url == DEFAULT_URL else f" --url {url}"
    yield (
        "keys",
        "any; each is an account of its own" if settings.keys is None else f"{len(settings.keys)} in a closed list",
    )
    yield "time", f"{_time(settings)}, seed {settings.seed}"
    if settings.scenario is not None:
        strict = ", strict" if settings.strict else ""
        yield "scenario", f"{settings.scenario}{strict}"
    if limits := _limits(settings.allowance):
        yield "limits", limits
    yield "caps", f"{caps.accounts:,} accounts, {DEFAULT.connections:,} connections"
    yield "", f"{caps.unfinished_jobs:,} unfinished and {caps.finished_jobs:,} finished jobs an account"
    yield "", f"{caps.pending_deliveries:,} webhooks that wait and {caps.deliveries:,} others an account"
    yield "", f"{caps.uploads_total >> 20} MiB of uploads, {caps.journal_total >> 20} MiB of request bodies in all"
    yield "webhooks", _webhooks(options)
    yield "control", _control(url, options)
    yield "clients", f'eval "$(mockvideo env{where})"'


def _control(url: str, options: Options) -> str:
    """Who may steer what."""
    if not options.control:
        return "none"
    everyone = "open to this machine" if options.token is None else "open to the token"
    return f"{url}/_mockvideo/me with a key; all accounts are {everyone}"


def _webhooks(options: Options) -> str:
    """Who may be called, and how it is signed if that is not as usual."""
    listed = ", ".join(map(str, options.webhook_allow))
    whom = {
        "local": "to this machine and private networks" + (f", and to {listed}" if listed else ""),
        "allowlist": f"only to {listed or 'nobody; add receivers with --webhook-allow'}",
        "any": "to anybody",
    }[options.webhooks]
    usual = options.settings.webhook_secret == SETTINGS.webhook_secret
    return whom if usual else f"{whom}; signed with the text of digests"


def _limits(allowance: Allowance) -> str:
    """What every account may use, where there is a limit."""
    said = (
        ("{} credits", allowance.credits),
        ("plan {}", allowance.plan),
        ("{} render slots", allowance.slots),
        ("{} requests a minute", allowance.requests_per_minute),
        ("{} requests a day", allowance.requests_per_day),
    )
    return ", ".join(text.format(value) for text, value in said if value is not None)


def _time(settings: Settings) -> str:
    if settings.timing == AT_ONCE:
        return "jobs end at once"
    return "as it passes" if settings.speed == 1 else f"{settings.speed:g} times as fast"
