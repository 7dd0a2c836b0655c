"""A dialect that is installed beside ours is judged with no edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_sixth_dialect import environment, run

__all__ = ["environment"]
pytestmark = pytest.mark.usefixtures("unmeasured")
CODE = """
import sys
sys.path.insert(0, sys.argv[1])
from mockvideo.conformance.client.check import Options, check_client
from mockvideo.server.app import create_app
from mockvideo.server.options import Options as Served
from mockvideo.server.thread import ServerThread
from reference import generate

with ServerThread(create_app(Served())) as server:
    options = Options(control_url=server.url, rules=("C1", "C9", "C11", "C12"), examples=2, every=False)
    verdict = check_client(generate, "tern", options)
print(verdict.trouble, *(f"{outcome.rule.id} {outcome.standing}" for outcome in verdict.outcomes), sep="; ")
"""


def test_a_client_of_a_dialect_of_somebody_else_is_judged(environment) -> None:
    done = run(environment, "-c", CODE, str(Path(__file__).parent))

    assert done.stdout == "; C1 kept; C9 kept; C11 kept; C12 kept\n", done.stderr
