"""The documents as they are served: found by name, written once, and read by any client."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from mockvideo.openapi import document
from mockvideo.server.openapi import END, PATH
from tests.every import DIALECTS, every_dialect
from tests.server.driving import app_of, ask

LOADED = """
import sys
from mockvideo.server.app import create_app
create_app()
print("mockvideo.openapi" in sys.modules)
"""


@every_dialect
def test_a_document_is_served_under_the_dialects_name(dialect) -> None:
    reply = ask(app_of(), "GET", f"{PATH}{dialect.name}.json")
    assert (reply.status, reply.header("content-type")) == (200, "application/json")
    assert reply.document == json.loads(json.dumps(document(dialect, f"/{dialect.name}")))


def test_a_client_that_has_a_document_is_told_so() -> None:
    app, path = app_of(), f"{PATH}{next(iter(DIALECTS))}{END}"
    etag = ask(app, "GET", path).header("etag")
    again = ask(app, "GET", path, (b"if-none-match", etag.encode()))
    assert (again.status, again.body) == (304, b"")


def test_only_the_head_of_a_document_is_sent_if_that_is_asked() -> None:
    reply = ask(app_of(), "HEAD", f"{PATH}{next(iter(DIALECTS))}{END}")
    assert (reply.status, reply.body) == (200, b"")


def test_urls_follow_the_public_url() -> None:
    app = app_of(public_url="https://mock.example/behind")
    reply = ask(app, "GET", f"{PATH}sora{END}", host=b"mock.example")
    assert reply.document["servers"] == [{"url": "https://mock.example/behind/sora"}]


def test_nothing_can_be_changed_there() -> None:
    reply = ask(app_of(), "POST", f"{PATH}sora{END}")
    assert (reply.status, reply.header("allow")) == (405, "GET, HEAD")


@pytest.mark.parametrize("name", ["", ".json", "sora", "nobody.json", "sora.json/", "../sora.json", "SORA.json"])
def test_a_document_of_nobody_is_refused_with_those_that_are_there(name) -> None:
    reply = ask(app_of(), "GET", PATH + name)
    assert reply.status == 404
    assert f"{PATH}sora{END}" in reply.document["error"]["message"]


def test_what_writes_documents_is_not_loaded_before_one_is_asked_for() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
