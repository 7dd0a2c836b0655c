"""The plugin as a project uses it: fixtures, marker, options, and what a failure shows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from textwrap import dedent

import httpcore  # noqa: F401 - as below
import pytest

from mockvideo.core.settings import Settings
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread

# What a run loads is dropped after it: what is loaded before is there for all runs.
from mockvideo.testing import report, server  # noqa: F401

pytest_plugins = ["pytester"]

SPEAKING = """
    import time
    from pathlib import Path

    import pytest

    def submit(mockvideo):
        client = mockvideo.client("beluga")
        return client.post("/v1/videos/generations", json={"model": "kling-v3", "prompt": "A kite"})

    def state(mockvideo, task):
        return mockvideo.client("beluga").get(f"/v1/videos/tasks/{task}").json()["status"]

    def tell(*words):
        with open("told.txt", "a") as told:
            print(*words, file=told)
"""

TELL = """
    def test_it(mockvideo):
        tell(mockvideo.key, submit(mockvideo).json()["task_id"])
"""


class Project:
    """A directory of tests, and runs of them."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.root = pytester.path
        pytester.makepyfile(speaking=SPEAKING)
        pytester.syspathinsert()

    def write(self, **tests: str) -> None:
        for name, test in tests.items():
            self.pytester.makepyfile(**{name: f"from speaking import *\n{dedent(test)}"})

    def run(self, *options: str, others: bool = False) -> pytest.RunResult:
        """Run its tests, on request with other plugins that may be installed."""
        alone = () if others else ("-p", "no:asyncio", "-p", "no:randomly")
        # In this process the package has been imported before any plugin asks for its assertions to be rewritten.
        strict = ("-W", "error", "-W", "ignore:Module already imported")
        return self.pytester.runpytest_inprocess(*strict, *alone, *options)

    def told(self) -> list[str]:
        return (self.root / "told.txt").read_text(encoding="utf-8").split()


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.delenv("MOCKVIDEO_URL", raising=False)
    return Project(pytester)


Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(project: Project) -> Run:
    """Run one file of tests, with options."""

    def run(test: str, *options: str) -> pytest.RunResult:
        project.write(test_it=test)
        return project.run(*options)

    return run


def test_a_test_holds_a_fresh_account_whose_clock_moves_by_itself(run: Run) -> None:
    result = run(
        """
    def test_account(mockvideo):
        assert mockvideo.clock.mode == "auto"
        assert mockvideo.key.startswith("sk-test-")
        assert submit(mockvideo).status_code == 200
        assert len(mockvideo.submits) == 1

    def test_another(mockvideo):
        assert mockvideo.submits == []
    """
    )

    result.assert_outcomes(passed=2)


def test_all_accounts_are_on_one_server(run: Run) -> None:
    result = run(
        """
    @pytest.mark.parametrize("number", range(2))
    def test_url(mockvideo, mockvideo_server, number):
        assert mockvideo.url() == mockvideo_server.url
        tell(mockvideo_server.url)

    def test_same():
        first, second = Path("told.txt").read_text().split()
        assert first == second
    """,
    )

    result.assert_outcomes(passed=3)


def test_the_variables_of_clients_are_set_as_long_as_a_test_runs(run: Run) -> None:
    result = run(
        """
    import os

    def test_set(mockvideo, mockvideo_env):
        assert os.environ["OPENAI_API_KEY"] == mockvideo.key == mockvideo_env["OPENAI_API_KEY"]
        assert os.environ["OPENAI_BASE_URL"].startswith(mockvideo.url())

    def test_not_set():
        assert "OPENAI_API_KEY" not in os.environ
    """,
    )

    result.assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("said", "proof"),
    [
        ('scenario="status = 503, first = 1"', "submit(mockvideo).status_code == 503"),
        ('clock="manual"', 'mockvideo.clock.mode == "manual"'),
        ("credits=0", "submit(mockvideo).status_code == 402"),
        ('strict=True, scenario="status = 418"', "submit(mockvideo).status_code != 418"),
        ("requests_per_minute=1", "[submit(mockvideo).status_code for _ in range(2)] == [200, 429]"),
        ("requests_per_day=1", "[submit(mockvideo).status_code for _ in range(2)] == [200, 429]"),
        ('clock="wall", speed="instant"', 'state(mockvideo, submit(mockvideo).json()["task_id"]) == "completed"'),
    ],
    ids=lambda text: text.partition("=")[0],
)
def test_a_marker_says_how_the_account_is_to_be(run: Run, said: str, proof: str) -> None:
    result = run(
        f"""
    @pytest.mark.mockvideo({said})
    def test_it(mockvideo):
        assert {proof}
    """
    )

    result.assert_outcomes(passed=1)


def test_a_marker_may_patch_sleep(run: Run) -> None:
    result = run(
        """
    @pytest.mark.mockvideo(patch_sleep=True, scenario="timing = {render = 600}")
    def test_minutes(mockvideo):
        began, task = mockvideo.clock.now, submit(mockvideo).json()["task_id"]
        while state(mockvideo, task) != "completed":
            time.sleep(5)
        assert mockvideo.clock.now - began == 5 * len(mockvideo.polls[1:]) >= 600

    def test_real(mockvideo):
        before = mockvideo.clock.now
        time.sleep(0.001)
        assert mockvideo.clock.now == before
    """
    )

    result.assert_outcomes(passed=2)


def test_a_marker_of_a_function_goes_before_that_of_its_class_and_that_before_the_configuration(run: Run) -> None:
    result = run(
        """
    @pytest.fixture(scope="session")
    def mockvideo_config():
        return {"clock": "manual", "credits": 0, "patch_sleep": False}

    @pytest.mark.mockvideo(clock="wall", credits=5)
    class TestAll:
        @pytest.mark.mockvideo(credits=0)
        def test_function(self, mockvideo):
            assert (mockvideo.clock.mode, submit(mockvideo).status_code) == ("wall", 402)

        def test_class(self, mockvideo):
            assert (mockvideo.clock.mode, submit(mockvideo).status_code) == ("wall", 200)

    def test_config(mockvideo):
        assert (mockvideo.clock.mode, submit(mockvideo).status_code) == ("manual", 402)
    """
    )

    result.assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ('scenaro="flaky-polls"', "*@pytest.mark.mockvideo: there is no 'scenaro'; did you mean scenario?*"),
        ("xyzzy=1", "*@pytest.mark.mockvideo: there is no 'xyzzy'; did you mean clock or *"),
        ('"flaky-polls"', "*@pytest.mark.mockvideo: say what 'flaky-polls' is, as in scenario=*"),
        ('scenario="flaky-pols"', "*flaky-polls*"),
    ],
)
def test_a_marker_that_makes_no_sense_says_what_would(run: Run, said: str, message: str) -> None:
    result = run(
        f"""
    @pytest.mark.mockvideo({said})
    def test_it(mockvideo):
        pass
    """
    )

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])


def test_a_configuration_that_makes_no_sense_says_what_would(run: Run) -> None:
    result = run(
        """
    @pytest.fixture(scope="session")
    def mockvideo_config():
        return {"credit": 0}

    def test_it(mockvideo):
        pass
    """
    )

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["mockvideo_config: there is no 'credit'; did you mean credits?"])


def test_a_failure_shows_the_exchanges_and_what_replays_them(run: Run) -> None:
    result = run(
        """
    def test_it(mockvideo):
        assert submit(mockvideo).status_code == 201
    """,
        "--mockvideo-seed",
        "7",
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "mockvideo: --mockvideo-seed 7",
            "*- mockvideo -*",
            "*beluga*submit*200*kling-v3*",
            "*pytest *.py::test_it --mockvideo-seed 7",
        ]
    )


def test_what_replays_is_told_as_it_is_typed_where_pytest_was_started(project: Project) -> None:
    deep, elsewhere = (project.pytester.mkdir(name) for name in ("deep", "elsewhere"))
    (deep / "test_it.py").write_text("def test_it(mockvideo): assert 0")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(deep)
        inside = project.run("--rootdir", str(project.root))
        patch.chdir(elsewhere)
        outside = project.run("--rootdir", str(project.root), str(deep))

    inside.stdout.fnmatch_lines(["*: pytest test_it.py::test_it"])
    outside.stdout.fnmatch_lines([f"*: pytest {deep}/test_it.py::test_it"])


@pytest.mark.parametrize(
    "test",
    [
        "def test_it(mockvideo): pass",
        "def test_it(): assert 0",
        "@pytest.mark.xfail\ndef test_it(mockvideo): assert 0",
    ],
    ids=["passes", "without", "expected"],
)
def test_no_other_test_shows_any(run: Run, test: str) -> None:
    result = run(test)

    result.stdout.no_fnmatch_line("*- mockvideo -*")
    result.stdout.no_fnmatch_line("mockvideo: *")


def test_a_fixture_that_fails_shows_the_exchanges_as_well(run: Run) -> None:
    result = run(
        """
    @pytest.fixture
    def job(mockvideo):
        assert submit(mockvideo).status_code == 201

    def test_it(job):
        pass
    """
    )

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*beluga*submit*200*kling-v3*"])


def test_evidence_that_is_not_to_be_had_does_not_hide_the_failure(run: Run) -> None:
    result = run(
        """
    def test_it(mockvideo, monkeypatch):
        monkeypatch.setattr(mockvideo.control, "key", "revoked")
        assert 0, "the very reason"
    """
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the very reason*", "*- mockvideo -*", "*invalid*"])


def test_tests_of_one_name_in_two_files_have_different_keys(project: Project) -> None:
    project.write(test_one=TELL, test_two=TELL)
    project.run().assert_outcomes(passed=2)

    first, second = project.told()[::2]
    assert first != second


def test_a_test_that_runs_again_gets_the_same_ids_and_with_another_seed_others(project: Project) -> None:
    project.write(test_it=TELL)
    for options in [(), (), ("--mockvideo-seed", "7"), ("--mockvideo-seed", "7"), ("--mockvideo-seed", "8")]:
        project.run(*options).assert_outcomes(passed=1)

    keys, jobs = project.told()[::2], project.told()[1::2]
    assert keys[0] == keys[1] != keys[2] == keys[3] != keys[4]
    assert jobs[0] == jobs[1] != jobs[2] == jobs[3] != jobs[4]


def test_the_same_tests_pass_on_a_server_that_runs_elsewhere(project: Project) -> None:
    project.write(test_it=TELL)
    project.run().assert_outcomes(passed=1)
    with ServerThread(create_app(Options(settings=Settings(clock="wall")))) as elsewhere:
        result = project.run("--mockvideo-url", elsewhere.url)

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"mockvideo: --mockvideo-url {elsewhere.url}"])
    assert project.told()[:2] == project.told()[2:]


def test_the_environment_may_name_the_server(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKVIDEO_URL", "http://127.0.0.1:9")
    project.write(test_it=TELL)
    result = project.run()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["No server answers at http://127.0.0.1:9*mockvideo serve*"])


def test_tests_of_anyio_and_its_fixtures_hold_accounts(run: Run) -> None:
    result = run(
        """
    import anyio

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    async def job(mockvideo):
        return submit(mockvideo).json()["task_id"]

    @pytest.mark.mockvideo(patch_sleep=True)
    async def test_sleep(mockvideo, job):
        before = mockvideo.clock.now
        await anyio.sleep(600)
        assert mockvideo.clock.now - before == 600
        assert state(mockvideo, job) == "completed"
    """
    )

    result.assert_outcomes(passed=2)


def test_tests_of_pytest_asyncio_hold_accounts(project: Project) -> None:
    pytest.importorskip("pytest_asyncio")
    project.write(
        test_it="""
    import asyncio

    @pytest.mark.asyncio
    @pytest.mark.mockvideo(patch_sleep=True)
    async def test_sleep(mockvideo):
        before = mockvideo.clock.now
        await asyncio.gather(*(asyncio.sleep(600) for _ in range(20)))
        assert mockvideo.clock.now - before == 600
    """
    )
    result = project.run("-o", "asyncio_default_fixture_loop_scope=function", "-p", "no:randomly", others=True)

    result.assert_outcomes(passed=1)


def test_the_order_of_tests_changes_no_story(project: Project) -> None:
    pytest.importorskip("pytest_randomly")
    project.write(test_one=TELL, test_two=TELL, test_three=TELL)
    for seed in (1, 2):
        project.run("-p", "no:asyncio", f"--randomly-seed={seed}", others=True)

    stories = list(zip(project.told()[::2], project.told()[1::2], strict=True))
    assert sorted(stories[:3]) == sorted(stories[3:])


def test_a_project_that_does_not_use_it_loads_nothing_of_it() -> None:
    code = (
        "import pytest, sys; before = {*sys.modules}; import mockvideo.pytest_plugin; print(*{*sys.modules} - before)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert {name for name in loaded if name.startswith("mockvideo")} == {"mockvideo", "mockvideo.pytest_plugin"}
    assert not {"asyncio", "httpx", "pydantic", "starlette", "uvicorn"} & set(loaded)
