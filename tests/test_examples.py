"""The examples as users have them: beside a server in another process, as they are beside one in their own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.benchmarks.machine import Cores
from tests.benchmarks.servers import CHECKOUT, SERVE, running

pytestmark = pytest.mark.usefixtures("unmeasured")


def test_the_examples_pass_on_a_server_in_another_process() -> None:
    with running(Cores(), SERVE) as server:
        command = [sys.executable, "-m", "pytest", "tests/examples", "--mockvideo-url", server.url]
        done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"mockvideo: --mockvideo-url {server.url}" in done.stdout
