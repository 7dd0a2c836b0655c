"""A server keeps to itself unless it is told otherwise."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from mockvideo.core.settings import Settings
from mockvideo.server.options import Options


def test_nothing_is_open_that_was_not_opened() -> None:
    options = Options()
    assert (options.allowed_hosts, options.cors_origins, options.beyond_loopback) == ((), (), False)


def test_webhooks_stay_on_this_machine_and_in_private_networks() -> None:
    assert (Options().webhooks, Options().webhook_allow) == ("local", ())


def test_results_are_urls_on_the_server_itself() -> None:
    assert (Options().media, Options().public_url) == ("http", None)


def test_accounts_begin_as_settings_do() -> None:
    assert Options().settings == Settings()


def test_options_never_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Options().media = "data"  # type: ignore[misc]  # the test is that it raises


def test_options_are_given_by_name() -> None:
    with pytest.raises(TypeError):
        Options(Settings())  # type: ignore[misc]  # the test is that it raises
