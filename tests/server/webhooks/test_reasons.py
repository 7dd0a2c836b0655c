from __future__ import annotations

import errno

import httpx
import pytest

from mockvideo.server.webhooks import reasons


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.EMFILE, "Too many"), "this server has too many open files"),
        (OSError("no number\x07"), "failed: no number"),
        (httpx.ReadError(""), "reset"),
        (httpx.UnsupportedProtocol(""), "failed: UnsupportedProtocol"),
        (httpx.RemoteProtocolError("broken"), "not HTTP: broken"),
    ],
)
def test_what_went_wrong_has_words(error, reason) -> None:
    assert reasons.of_error(error) == reason


def test_what_led_to_an_error_is_told_though_it_is_hidden() -> None:
    error = httpx.ReadError("")
    error.__context__ = ConnectionResetError(errno.ECONNRESET, "Connection reset")
    error.__suppress_context__ = True
    assert reasons.of_error(error) == "reset"


def test_only_a_connection_that_was_not_made_is_worth_another_address() -> None:
    refused = httpx.ConnectError("")
    refused.__cause__ = ConnectionRefusedError(errno.ECONNREFUSED, "")
    assert reasons.is_unconnected(refused)
    assert not reasons.is_unconnected(httpx.ConnectError(""))
    assert not reasons.is_unconnected(httpx.ReadError(""))


@pytest.mark.parametrize(
    ("status", "location", "reason"),
    [
        (200, None, ""),
        (299, "/", ""),
        (300, None, "answered 300"),
        (399, "/a", "redirect to /a, which is not followed"),
    ],
)
def test_a_status_has_words(status, location, reason) -> None:
    assert reasons.of_status(status, location) == reason


def test_what_came_over_the_wire_is_told_in_short() -> None:
    assert reasons.plain("\x1b[2Ja\r\nb" + "c" * 999) == "[2Jab" + "c" * 195
