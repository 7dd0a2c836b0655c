"""The plugin with several workers, on a server of each and on one in another process for all."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

import mockvideo

pytest.importorskip("xdist")

PATIENCE = 600  # seconds until a run is given up
pytestmark = pytest.mark.usefixtures("unmeasured")

TESTS = """
    import os
    from pathlib import Path

    import pytest

    @pytest.mark.parametrize("number", range({count}))
    def test_alone(mockvideo, number):
        client = mockvideo.client("beluga")
        answer = client.post("/v1/videos/generations", json={{"model": "kling-v3", "prompt": "A kite"}})
        task = answer.json()["task_id"]
        assert client.get(f"/v1/videos/tasks/{{task}}").status_code == 200
        assert [job.id for job in mockvideo.jobs] == [task]
        assert [each.job for each in mockvideo.requests()] == [task, task]
        Path("told", os.environ["PYTEST_XDIST_WORKER"] + " " + task).write_text(mockvideo.url())
"""


class Project:
    """A directory of tests that run in processes of their own, on several workers."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "told").mkdir()

    def run(self, count: int, workers: int, *options: str) -> str:
        """Return the last line of a run of so many tests."""
        (self.root / "test_it.py").write_text(dedent(TESTS.format(count=count)))
        command = [sys.executable, "-m", "pytest", "-q", "-n", str(workers), *options]
        done = subprocess.run(
            command, cwd=self.root, env=_environment(), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        return (done.stdout.splitlines() or [done.stderr])[-1]

    def told(self) -> dict[tuple[str, str], str]:
        """The server of every job, by worker and job."""
        return {(path.name.split()[0], path.name.split()[1]): path.read_text() for path in self.root.glob("told/*")}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """The URL of ``mockvideo serve`` in another process."""
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "mockvideo", "serve", "--port", "0", "--ready-file", str(ready)]
    with subprocess.Popen(command, cwd=tmp_path, env=_environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        yield first[first.index("http") :].split()[0]
        process.terminate()
        process.communicate()


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MOCKVIDEO_", "PYTEST_"))}
    return kept | {"PYTHONPATH": str(Path(mockvideo.__file__).parents[1])}


def assert_apart(project: Project, count: int, workers: int, servers: int) -> None:
    """Every test saw its own job alone, on as many servers as there should be."""
    told = project.told()

    assert len({job for _, job in told}) == len(told) == count
    assert len({worker for worker, _ in told}) == workers
    assert len(set(told.values())) == servers


def test_every_worker_has_a_server(project: Project) -> None:
    last = project.run(20, 2)

    assert "20 passed" in last
    assert_apart(project, count=20, workers=2, servers=2)


@pytest.mark.full
def test_all_workers_may_have_one_server(project: Project, elsewhere: str) -> None:
    last = project.run(20, 2, "--mockvideo-url", elsewhere)

    assert "20 passed" in last
    assert_apart(project, count=20, workers=2, servers=1)


@pytest.mark.full
def test_a_thousand_tests_see_their_own_jobs_alone_on_a_server_of_every_worker(project: Project) -> None:
    last = project.run(1000, 4)

    assert "1000 passed" in last
    assert_apart(project, count=1000, workers=4, servers=4)


@pytest.mark.full
def test_a_thousand_tests_see_their_own_jobs_alone_on_one_server(project: Project, elsewhere: str) -> None:
    last = project.run(1000, 4, "--mockvideo-url", elsewhere)

    assert "1000 passed" in last
    assert_apart(project, count=1000, workers=4, servers=1)
