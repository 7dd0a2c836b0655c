"""How the values of settings are written, wherever they stand: each reader takes a text or raises SetupError."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from math import inf
from pathlib import Path
from typing import Any

from mockvideo.core.scenario import Documented
from mockvideo.core.timing import AT_ONCE
from mockvideo.server.guard import Guard
from mockvideo.server.webhooks.egress import Place, read_place

WEB_ADDRESS = re.compile(r"https?://[^\s/?#]+(/[^\s?#]*)?")
SWITCH = {**dict.fromkeys(("1", "true", "yes", "on"), True), **dict.fromkeys(("0", "false", "no", "off"), False)}
TOKEN = re.compile("[!-~]{16,256}")
ORIGIN = re.compile(r"\*|https?://[!-.0-~]+")


class SetupError(ValueError):
    """A value that cannot be used; the message says what to write instead."""


def plain(text: str) -> str:
    """Take any text."""
    return text


def number(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise SetupError(f"{text!r} is no whole number")
    return int(text)


def amount(text: str) -> Decimal:
    """Read credits."""
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,6})?", text):
        raise SetupError(f"{text!r} is no amount; give a number like 25 or 2.50")
    return Decimal(text)


def limit(text: str) -> int | Documented:
    """Read how many of something there may be."""
    if text == "documented":
        return "documented"
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        raise SetupError(f"{text!r} is no limit; give a whole number above 0, or documented")
    return int(text)


def switch(text: str) -> bool:
    """Read yes or no."""
    if text.lower() not in SWITCH:
        raise SetupError(f"{text!r} is neither yes nor no; write 1 or 0")
    return SWITCH[text.lower()]


def token(text: str) -> str:
    """Read the secret that opens the control API, which no message repeats."""
    if not TOKEN.fullmatch(text):
        raise SetupError("this is no token; give 16 to 256 printable characters without blanks")
    return text


def folder(text: str) -> Path:
    """Read the path of a folder that is there."""
    if not Path(text).is_dir():
        raise SetupError(f"{text} is no folder")
    return Path(text)


def port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 65535:
        raise SetupError(f"{text!r} is no port; give a number from 0 (any free port) to 65535")
    return int(text)


def dialect_port(text: str) -> tuple[str, int]:
    """Read ``NAME=PORT``."""
    name, sign, digits = text.partition("=")
    if not (name and sign):
        raise SetupError(f"{text!r} names no dialect and port; write it like NAME=8421")
    return name, port(digits)


def pace(text: str) -> Mapping[str, Any]:
    """Read a speed as fields of Settings: a number above 0, or ``instant``."""
    if text == "instant":
        return {"timing": AT_ONCE}
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < inf:
        raise SetupError(f"{text!r} is no speed; give a number above 0, or instant")
    return {"speed": speed}


def one_of(*known: str) -> Callable[[str], str]:
    """Make a reader of these words."""

    def read(text: str) -> str:
        if text not in known:
            raise SetupError(f"{text!r} is not known; choose {', '.join(known[:-1])} or {known[-1]}")
        return text

    return read


def web_address(text: str) -> str:
    """Read an http or https URL, without the slash at its end."""
    if not WEB_ADDRESS.fullmatch(text):
        raise SetupError(f"{text!r} is no URL; write one like http://127.0.0.1:8420")
    return text.rstrip("/")


def public_url(text: str) -> str:
    """Read the URL under which others reach the server; its host will be allowed."""
    url = web_address(text)
    return _guarded(url, public_url=url)


def host_name(text: str) -> str:
    """Read a name that a Host header may have."""
    return _guarded(text, allowed_hosts=(text,))


def origin(text: str) -> str:
    """Read the origin of web pages."""
    if not ORIGIN.fullmatch(text):
        raise SetupError(f"{text!r} is no origin; write it like http://localhost:3000, without a path, or *")
    return text


def receiver(text: str) -> Place:
    """Read a host and port that webhooks may go to."""
    try:
        return read_place(text)
    except ValueError:
        raise SetupError(f"{text!r} is no receiver; write it like hooks.example.com:443") from None


def key_file(text: str) -> frozenset[str]:
    """Read the keys in a file, one a line; empty lines and those that begin with # do not count."""
    try:
        lines = [line.strip() for line in Path(text).read_text("utf-8").splitlines()]
    except OSError as error:
        raise SetupError(f"cannot read {text}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SetupError(f"cannot read {text}: it is not text in UTF-8") from None
    keys = frozenset(line for line in lines if line and not line.startswith("#"))
    if not keys:
        raise SetupError(f"{text} has no keys; write one a line")
    return keys


def _guarded(text: str, **names: Any) -> str:
    """Let the guard say what it thinks of a host."""
    try:
        Guard(**names)
    except ValueError as error:
        raise SetupError(str(error)) from None
    return text
