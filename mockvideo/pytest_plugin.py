"""The pytest plugin: fixtures, a marker and two options. What they need is loaded when a test first asks for it."""

# ruff: noqa: PLC0415 - a project that does not use the fixtures does not pay for them

from __future__ import annotations

import os
import shlex
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack
from difflib import get_close_matches
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockvideo.testing.handle import MockVideo
    from mockvideo.testing.server import Server

MARKER = (
    "mockvideo(scenario, seed, clock, credits, strict, patch_sleep): how the account of a test is to be; also plan, "
    "slots, speed, requests_per_minute, requests_per_day and webhook_secret. patch_sleep=True: sleeps move its clock "
    "and do not wait."
)
ACCOUNT = pytest.StashKey["MockVideo"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mockvideo", "a stand-in for video-generation APIs")
    group.addoption(
        "--mockvideo-url",
        metavar="URL",
        default=os.environ.get("MOCKVIDEO_URL"),
        help="Use the server that runs there (mockvideo serve) instead of an own one; or MOCKVIDEO_URL.",
    )
    group.addoption("--mockvideo-seed", metavar="N", type=int, help="Another seed is another story in every test.")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)


def pytest_report_header(config: pytest.Config) -> str | None:
    options = _options(config)
    return f"mockvideo: {options}" if options else None


@pytest.fixture(scope="session")
def mockvideo_server(pytestconfig: pytest.Config) -> Iterator[Server]:
    """The server on which every test gets an account: one of this process, or the one at ``--mockvideo-url``."""
    from mockvideo.testing.server import External, Own

    url = pytestconfig.getoption("mockvideo_url")
    server: Server = External(url) if url else Own()
    with server:
        yield server


@pytest.fixture(scope="session")
def mockvideo_config() -> Mapping[str, Any]:
    """How accounts are to be, unless a marker says otherwise: override it to return the marker's arguments."""
    return {}


@pytest.fixture
def mockvideo(
    request: pytest.FixtureRequest, mockvideo_server: Server, mockvideo_config: Mapping[str, Any]
) -> Iterator[MockVideo]:
    """A fresh account, whose clock moves by itself. A test has the same key in every run, so that failures replay."""
    seed = {"seed": request.config.getoption("mockvideo_seed")}
    asked = seed | _checked(mockvideo_config, "mockvideo_config") | _marked(request.node)
    patched = asked.pop("patch_sleep", False)
    name = f"{asked['seed']} {request.node.nodeid}"
    key = f"sk-test-{blake2b(name.encode(), digest_size=12).hexdigest()}"
    with ExitStack() as opened:
        account = opened.enter_context(_account(mockvideo_server, key, asked))
        request.node.stash[ACCOUNT] = account
        opened.callback(request.node.stash.__delitem__, ACCOUNT)
        if patched:
            opened.enter_context(account.patch_sleep())
        yield account


@pytest.fixture
def mockvideo_env(mockvideo: MockVideo, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The variables that point common clients to this test's account, set as long as it runs."""
    variables = mockvideo.env()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    account = item.stash.get(ACCOUNT, None)
    if report.failed and account is not None:
        report.sections.append(("mockvideo", _section(account, item)))
    return report


def _account(server: Server, key: str, asked: Mapping[str, Any]) -> MockVideo:
    from mockvideo.script.problems import ScriptError
    from mockvideo.testing.control import ControlError

    try:
        return server.account(key, **asked)
    except (ControlError, ScriptError) as error:
        # What it says is for the author of the test, to whom our own lines say nothing.
        pytest.fail(str(error), pytrace=False)


def _section(account: MockVideo, item: pytest.Item) -> str:
    from mockvideo.testing.control import ControlError
    from mockvideo.testing.report import section

    try:
        return section(account, f"pytest {shlex.quote(_place(item))} {_options(item.config)}".rstrip())
    except ControlError as error:
        return str(error)


def _place(item: pytest.Item) -> str:
    """The test as the command line names it: its id is below the root, which need not be the directory of the user."""
    here, path = item.config.invocation_params.dir, item.path
    path = path.relative_to(here) if path.is_relative_to(here) else path
    return f"{path}::{item.nodeid.partition('::')[2]}"


def _options(config: pytest.Config) -> str:
    """The options of ours that are in force, as they are given."""
    given = {name: config.getoption(name) for name in ("--mockvideo-url", "--mockvideo-seed")}
    return " ".join(f"{name} {shlex.quote(str(value))}" for name, value in given.items() if value is not None)


def _marked(item: pytest.Item) -> dict[str, Any]:
    """What the markers of a test say; that of a function goes before that of its class or module."""
    asked: dict[str, Any] = {}
    for marker in item.iter_markers("mockvideo"):
        if marker.args:
            pytest.fail(f"@pytest.mark.mockvideo: say what {marker.args[0]!r} is, as in scenario=…", pytrace=False)
        asked = _checked(marker.kwargs, "@pytest.mark.mockvideo") | asked
    return asked


def _checked(asked: Mapping[str, Any], where: str) -> dict[str, Any]:
    from mockvideo.testing.settings import Settings

    known = [*Settings.__annotations__, "patch_sleep"]
    for name in asked:
        if name not in known:
            near = get_close_matches(name, known, n=1) or known
            pytest.fail(f"{where}: there is no {name!r}; did you mean {' or '.join(near)}?", pytrace=False)
    return dict(asked)
