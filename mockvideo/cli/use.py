"""``mockvideo use``."""

from __future__ import annotations

import json
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    Request,
)

import click

from mockvideo.cli.reach import server_url
from mockvideo.cli.scenarios import complete
from mockvideo.cli.terminal import Unusable
from mockvideo.plain import clean

SECONDS = 10


@click.command()
@click.argument("scenario", required=False, shell_complete=complete)
@click.option("--for", "lasts", metavar="TIME", help='End by itself after "10m" of account time.  [never]')
@click.option("--end", is_flag=True, help="End what is in force instead.")
@click.option("--key", metavar="KEY", help="Only for this API key.  [for all of them]")
@click.option("--url", metavar="URL", help="Where the server is.  [MOCKVIDEO_URL, else http://127.0.0.1:8420]")
@click.option("--token", metavar="TOKEN", envvar="MOCKVIDEO_TOKEN", help="The control token.  [MOCKVIDEO_TOKEN]")
def command(
    scenario: str | None,
    end: bool,  # noqa: FBT001 - a flag, by its name
    key: str | None,
    url: str | None,
    **said: str | None,
) -> None:
    """Put a scenario in force on a running server.

    SCENARIO is the name of one that the server knows, a rule such as 'on = "poll", status = 503', or the path of a
    file. It holds at once, also for jobs that are there.
    """
    if end == (scenario is not None) or (end and said["lasts"]):
        raise click.UsageError("say which SCENARIO, or only --end")
    base = server_url(url)
    body = b"" if scenario is None else json.dumps(_order(scenario, said["lasts"])).encode()
    place, whom, credential = _door(key, said["token"])
    headers = {"Content-Type": "application/json", **credential}
    method = "DELETE" if end else "PUT"
    answer = _ask(base, Request(f"{base}/_mockvideo/{place}", body, headers, method=method))  # noqa: S310 - http only
    click.echo(clean(_told(answer, whom)))


def _door(key: str | None, token: str | None) -> tuple[str, str, dict[str, str]]:
    """Where to ask, for whom, and with which right."""
    if key is not None:
        return "me/scenario", "this key", {"Authorization": f"Bearer {key}"}
    return "scenario", "all accounts", {} if token is None else {"X-Mockvideo-Token": token}


def _order(scenario: str, lasts: str | None) -> dict[str, Any]:
    """What to send: files are read here, as the server may be on another machine."""
    from mockvideo.script.problems import ScriptError
    from mockvideo.script.read import load, tables

    given: Any = scenario
    if scenario.endswith(".toml"):
        try:
            given = tables(load(Path(scenario)))
        except ScriptError as error:
            raise Unusable(str(error)) from None
    return {"scenario": given} | ({} if lasts is None else {"for": lasts})


def _ask(base: str, request: Request) -> Any:
    # No proxy of the surroundings, which would not find this machine's server, and no redirection.
    opener = OpenerDirector()
    for handler in (HTTPHandler, HTTPSHandler, HTTPErrorProcessor, HTTPDefaultErrorHandler):
        opener.add_handler(handler())
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            return json.load(answer)
    except HTTPError as error:
        raise click.ClickException(clean(_refused(error))) from None
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise click.ClickException(clean(f"no mockvideo answers at {base}: {reason}")) from None


def _refused(answer: HTTPError) -> str:
    """What the server says, and what to do next."""
    try:
        told = json.load(answer)["error"]
        return " ".join(filter(None, (told["message"], told.get("hint"))))
    except (ValueError, LookupError, TypeError):
        return f"the server answered {answer.code}"


def _told(answer: Any, whom: str) -> str:
    named = [
        each["name"] + ("" if each["ends_in"] is None else f" for {each['ends_in']:,.0f} s")
        for each in answer["in_force"]
    ]
    return f"in force for {whom}: {', '.join(named) or 'nothing'}"
