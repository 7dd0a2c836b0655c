"""Running a command beside a server of its own: what it finds, how it ends, what is told, and what a CI reads."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import Result
from processes import COMMAND, MEASURED, PATIENCE, environment, run

from mockvideo.cli.evidence import MOST
from mockvideo.dialects import load

Invoke = Callable[..., Result]
Done = subprocess.CompletedProcess[str]
Conduct = Callable[..., Done]
Surroundings = Callable[..., dict[str, str]]
posix = pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")

CLIENT = """
import json, os, urllib.error, urllib.request

def ask(path, body=None, key=os.environ["MOCKVIDEO_API_KEY"], **headers):
    data = None if body is None else json.dumps(body).encode()
    headers |= {"Authorization": "Bearer " + key, "Content-Type": "application/json"}
    request = urllib.request.Request(os.environ["MOCKVIDEO_URL"] + path, data, headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()

def submit(**more):
    body = {"model": "kling-v3", "prompt": "A kite", **more}
    return ask("/beluga/v1/videos/generations", body)

def poll(job, **more):
    return ask("/beluga/v1/videos/tasks/" + job, **more)

def film(**more):
    job = json.loads(submit(**more)[1])["task_id"]
    return len(urllib.request.urlopen(json.loads(poll(job)[1])["result"]["video_url"]).read())
"""


@pytest.fixture
def conduct(invoke: Invoke, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Conduct:
    """Runs ``mockvideo run`` in this process, which spares a start of Python, and the command as a process."""
    monkeypatch.delenv("COVERAGE_PROCESS_START", raising=False)  # no command runs anything of ours

    def conducted(*arguments: str, **extra: str) -> Done:
        for name, value in extra.items():
            monkeypatch.setenv(name, value)
        result = invoke("run", *arguments)
        return Done(arguments, result.exit_code, capfd.readouterr().out, result.stderr)

    return conducted


def client(folder: Path, program: str, *options: str) -> tuple[str, ...]:
    """The arguments that run a program which speaks to the server; jobs end at once."""
    (folder / "client.py").write_text(CLIENT, "utf-8")
    return ("--speed", "instant", *options, "--", sys.executable, "-c", f"from client import *\n{program}")


@pytest.fixture
def python(conduct: Conduct, tmp_path: Path) -> Conduct:
    """Runs a program that speaks to the server, under ``mockvideo run``."""
    return lambda program, *options, **extra: conduct(*client(tmp_path, program, *options), **extra)


def cases(report: Path) -> dict[str, str]:
    """What went wrong in each test case of a report; an empty text where nothing did."""
    (suite,) = ET.fromstring(report.read_text("utf-8"))  # also proves that it is well-formed
    found = {case.attrib["name"]: "".join(failure.text or "" for failure in case) for case in suite.iter("testcase")}
    counts = str(len(found)), str(sum(map(bool, found.values())))
    assert (suite.attrib["name"], suite.attrib["tests"], suite.attrib["failures"]) == ("mockvideo", *counts)
    return found


def test_webhooks_that_did_not_arrive_are_counted_with_the_flag_that_allows_them(python: Conduct) -> None:
    program = """
for number in range(2):
    film = {"model": "sora-2", "prompt": str(number), "callback_url": f"http://203.0.113.7/hook?{number}"}
    ask("/sora/v1/videos", film)
print(ask("/_mockvideo/me/webhooks/wait", {"state": "refused", "count": 2})[0])
"""
    done = python(program)

    assert done.stdout == "200\n"
    told = done.stderr.partition("webhooks that did not arrive\n")[2].splitlines()[0]
    assert told.strip().startswith("2 × sora completed to http://203.0.113.7/hook?0  203.0.113.7:80 is not called: ")  # noqa: RUF001
    assert told.endswith("Allow it with --webhook-allow 203.0.113.7:80, or everything with --webhooks any.")


@posix
@pytest.mark.parametrize(("words", "status"), [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143)])
def test_the_commands_own_exit_status_is_kept(conduct: Conduct, words: str, status: int) -> None:
    done = conduct("--", "sh", "-c", words)

    assert (done.returncode, f"exit status {status} after" in done.stderr) == (status, True)


def test_a_command_that_is_not_there_is_told_in_a_line(tmp_path: Path, conduct: Conduct) -> None:
    done = conduct("--junit", "report.xml", "nonsense")

    line = "Error: there is no command nonsense; give a path, or one that PATH leads to\n"
    assert (done.returncode, done.stdout, done.stderr) == (127, "", line)
    assert list(cases(tmp_path / "report.xml")) == ["command"]


@posix
def test_a_command_that_cannot_be_run_is_told_in_a_line(tmp_path: Path, conduct: Conduct) -> None:
    (tmp_path / "notes.txt").write_text("exit 0", "utf-8")
    done = conduct("./notes.txt")

    assert (done.returncode, len(done.stderr.splitlines())) == (126, 1)
    assert done.stderr.startswith("Error: ./notes.txt cannot be run (Permission denied); give")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Missing argument"),
        (["--max-cost", "a lot", "true"], "--max-cost: 'a lot' is no amount"),
        (["--max-waste", "-1", "true"], "--max-waste"),
        (["--speed", "0", "true"], "--speed: '0' is no speed"),
        (["--scenario", "flaky-pols", "true"], "did you mean flaky-polls"),
        (["--dialect", "soar", "true"], "did you mean sora?"),
        (["--junit", "file/report.xml", "true"], "--junit: cannot write file/report.xml"),
        (["--cost", "5", "true"], "--cost"),
    ],
)
def test_what_cannot_be_done_is_a_matter_of_usage(invoke: Invoke, arguments: list[str], says: str) -> None:
    Path("file").write_text("", "utf-8")
    result = invoke("run", *arguments)

    assert (result.exit_code, says in result.stderr) == (2, True)


@posix
def test_nothing_runs_before_the_report_can_be_written(tmp_path: Path, conduct: Conduct) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    done = conduct("--junit", "file/report.xml", "--", "touch", "ran")

    assert (done.returncode, (tmp_path / "ran").exists()) == (2, False)


@posix
def test_input_and_output_are_the_commands(tmp_path: Path) -> None:
    command = (*COMMAND, "run", "--", "cat")
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(), input=b"a\0\xff", capture_output=True, timeout=PATIENCE, check=False
    )

    assert (done.returncode, done.stdout) == (0, b"a\0\xff")
    assert b"No request came." in done.stderr


@pytest.fixture
def surroundings(conduct: Conduct) -> Surroundings:
    """Gives the environment that a command finds."""
    program = "import json, os; print(json.dumps(dict(os.environ)))"

    def found(*options: str, **extra: str) -> dict[str, str]:
        told: dict[str, str] = json.loads(conduct(*options, "--", sys.executable, "-c", program, **extra).stdout)
        return told

    return found


def test_a_command_finds_the_variables_of_every_dialect(surroundings: Surroundings) -> None:
    found = surroundings(MOCKVIDEO_BASE_URL="http://elsewhere", HTTP_PROXY="http://proxy", NO_PROXY="a.test")

    url, key = found["MOCKVIDEO_URL"], found["MOCKVIDEO_API_KEY"]
    for dialect in load().values():
        for name, template in dialect.environment.items():
            assert found[name] == template.format(url=f"{url}/{dialect.name}", key=key)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
    assert "MOCKVIDEO_BASE_URL" not in found
    assert found["NO_PROXY"] == found["no_proxy"] == "a.test,127.0.0.1"


def test_a_command_can_have_the_variables_of_one_dialect(surroundings: Surroundings) -> None:
    found = surroundings("--dialect", "lemondata", OPENAI_API_KEY="its own", no_proxy="*")

    assert found["MOCKVIDEO_BASE_URL"] == found["TOKENLAB_API_BASE"] == f"{found['MOCKVIDEO_URL']}/lemondata"
    assert (found["OPENAI_API_KEY"], found["no_proxy"]) == ("its own", "*")


def test_each_run_has_a_key_of_its_own_unless_it_repeats_another(surroundings: Surroundings) -> None:
    one, other = (surroundings()["MOCKVIDEO_API_KEY"] for _ in range(2))
    again = {surroundings("--seed", "7")["MOCKVIDEO_API_KEY"] for _ in range(2)}

    assert len({one, other, *again}) == 3
    assert all(re.fullmatch(r"sk-run-[0-9a-f]{32}", key) for key in (one, other, *again))


def test_a_seed_tells_the_story_again(python: Conduct) -> None:
    program = "print(submit()[1])"
    first = python(program)
    seed = re.search(r"The same story again: --seed (\d+)\n", first.stderr)
    assert seed

    assert python(program, "--seed", seed[1]).stdout == first.stdout
    assert python(program).stdout != first.stdout


def test_the_settings_of_serve_hold_but_not_its_keys(tmp_path: Path, python: Conduct) -> None:
    settings = '[tool.mockvideo]\ncredits = "0"\nkey = ["only-this"]\npublic-url = "http://elsewhere.test"\n'
    (tmp_path / "pyproject.toml").write_text(settings, "utf-8")
    done = python("print(submit()[0], ask('/beluga/v1/models', key='another')[0])")

    assert done.stdout == "402 200\n"


BUSY = """
job = json.loads(submit()[1])["task_id"]
submit()
submit(duration=99)
submit(duration=98)
for _ in range(3):
    poll(job)
for _ in range(2):
    ask("/apiframe/v2/videos/generate", {"model": "kling-3.0"}, **{"X-API-Key": "one"})
ask("/v1/%1b[31m")
"""


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, Path]:
    """A run in which much goes wrong, with its report."""
    folder = tmp_path_factory.mktemp("busy")
    bounds = ("--max-cost", "0.4", "--max-waste", "0", "--junit", "reports/run.xml")
    words = client(folder, BUSY, "--scenario", "flaky-polls", *bounds)
    return run("run", *words, folder=folder, **MEASURED), folder / "reports" / "run.xml"


def test_jobs_and_their_cost_are_told(busy: tuple[Done, Path]) -> None:
    facts = dict(re.findall(r"^  (\S.*?) {2,}(\S.*)$", busy[0].stderr, re.MULTILINE))

    assert (facts["jobs"], facts["unfinished"].split()[0], facts["requests"]) == ("2", "2", "7")
    assert facts["duplicate submits"].split()[0] == "1"


@pytest.mark.parametrize(
    "line",
    [
        r"2 × beluga submit 400 model_limit  duration: Input should be less than or equal to 15  \[",  # noqa: RUF001
        r"2 × apiframe idempotency-key: Send an Idempotency-Key with every submission.* \[sdk",  # noqa: RUF001
        r"1 × flaky-polls#1  beluga poll 500 internal",  # noqa: RUF001
        r"flaky-polls#3: poll is 3, wanted 4",
        r"/v1/\[31m was asked for, where nothing is: paths begin with /a4f or /apiframe",
    ],
)
def test_what_went_wrong_is_told_once_with_its_cure(busy: tuple[Done, Path], line: str) -> None:
    assert len(re.findall(line, busy[0].stderr)) == 1


def test_a_rule_that_matched_is_not_told_as_idle(busy: tuple[Done, Path]) -> None:
    idle = busy[0].stderr.partition("rules that never matched\n")[2].partition("\n\n")[0]

    assert idle.strip() == "flaky-polls#3: poll is 3, wanted 4"


def test_bounds_that_are_broken_make_a_success_a_failure(busy: tuple[Done, Path]) -> None:
    assert busy[0].returncode == 1
    assert re.search(r"FAILED  max-cost 0\.4 +0\.5 USD \(beluga\)\n +Prices are in mockvideo models", busy[0].stderr)
    assert re.search(r"FAILED  max-waste 0 +beluga: 1 submitted again \(.+ USD\)\n +Submit each", busy[0].stderr)


def test_the_report_says_the_same(busy: tuple[Done, Path]) -> None:
    found = cases(busy[1])

    assert list(found) == ["command", "max-cost 0.4", "max-waste 0", "unplanned 5xx"]
    assert (found["command"], found["unplanned 5xx"]) == ("", "")
    assert "1 submitted again" in found["max-waste 0"]
    assert "2 × beluga submit 400" in busy[1].read_text("utf-8")  # noqa: RUF001


def test_bounds_that_hold_change_nothing(python: Conduct) -> None:
    done = python("film(); raise SystemExit(3)", "--max-cost", "1000", "--max-waste", "0")

    assert done.returncode == 3
    assert re.search(r"ok +max-waste 0 +nothing\n", done.stderr)


def test_a_broken_bound_leaves_a_failure_as_it_is(tmp_path: Path, python: Conduct) -> None:
    done = python("submit(); raise SystemExit(3)", "--max-cost", "0", "--junit", "report.xml")
    found = cases(tmp_path / "report.xml")

    assert (done.returncode, all(found[name] for name in ("command", "max-cost 0"))) == (3, True)


def test_a_clip_that_nobody_fetches_is_waste(python: Conduct) -> None:
    program = "poll(json.loads(submit()[1])['task_id'])"

    assert python(program, "--max-waste", "1").returncode == 0
    assert "1 clips never fetched" in python(program, "--max-waste", "0").stderr


def test_jobs_of_every_key_count(python: Conduct) -> None:
    program = "body = {'model': 'kling-v3', 'prompt': 'A kite'}\n"
    program += "for key in 'one', 'two': ask('/beluga/v1/videos/generations', body, key)"

    assert re.search(r"\n  jobs +2\n", python(program).stderr)


def test_a_report_is_well_formed_whatever_came_over_the_wire(tmp_path: Path, python: Conduct) -> None:
    program = "submit(model='\\x00\\x1b\\ufffe\\U0010ffff<&]]>'); submit(model='\\x85\\u2028')"
    done = python(program, "--max-waste", "0", "--junit", "report.xml")
    written = (tmp_path / "report.xml").read_text("utf-8")

    assert (done.returncode, cases(tmp_path / "report.xml")["max-waste 0"]) == (0, "")
    assert "&lt;&amp;]]&gt;" in written
    assert all(character.isprintable() or character == "\n" for character in written)


def test_kinds_of_trouble_are_told_up_to_a_number(python: Conduct) -> None:
    program = f"for number in range({MOST + 5}): ask('/sora/v1/videos', {{}}, **{{'X-Mockvideo-Scenario': "
    program += "f'status = {400 + number}'})"
    told = python(program).stderr

    assert f"    1 × status = {400 + MOST - 1}#1  sora submit {400 + MOST - 1} " in told  # noqa: RUF001
    assert f"status = {400 + MOST}" not in told
    assert "\n    and 5 of other kinds\n" in told


def test_who_asks_nothing_is_told_which_variables_to_read(python: Conduct) -> None:
    done = python("pass", "--dialect", "sora")

    assert done.returncode == 0
    assert "No request came." in done.stderr
    for name, path in {"MOCKVIDEO_URL": "", "MOCKVIDEO_BASE_URL": "/sora", "OPENAI_BASE_URL": "/sora/v1"}.items():
        assert re.search(rf"\n    {name}=http://127\.0\.0\.1:\d+{path}\n", done.stderr)
    assert "OPENAI_API_KEY" not in done.stderr


def test_who_submits_nothing_is_told_so(python: Conduct) -> None:
    done = python("ask('/sora/v1/models')", "--scenario", "flaky-polls")

    assert "  No job came of 1 requests.\n" in done.stderr
    assert "flaky-polls#1: no such request came\n" in done.stderr


def test_requests_without_a_key_say_nothing_about_rules(python: Conduct) -> None:
    done = python("ask('/sora/v1/videos', {}, key='')", "--scenario", "503")

    assert "503#1: no such request came\n" in done.stderr
    assert "sora submit 401 missing_key" in done.stderr


def test_clips_inside_answers_are_not_waste(python: Conduct) -> None:
    program = "poll(json.loads(submit()[1])['task_id'])"

    assert python(program, "--max-waste", "0", MOCKVIDEO_MEDIA="data").returncode == 0


@posix
def test_the_status_is_kept_when_nobody_reads_the_page(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = (*COMMAND, "run", "--", "sh", "-c", "exit 3")
    done = subprocess.run(command, cwd=tmp_path, env=environment(), stderr=writing, timeout=PATIENCE, check=False)
    os.close(writing)

    assert done.returncode == 3


CLASH = """
from dataclasses import replace
from mockvideo.dialects.sora import DIALECT

def understand(*_):
    raise RuntimeError("a bug")

DIALECT = replace(DIALECT, understand=understand, terms=replace(DIALECT.terms, dialect="clash"))
"""


@pytest.fixture
def clash(install: Callable[[str], None]) -> None:
    """A dialect that wants the variables of another one, and that fails at what it should understand."""
    Path("clash.py").write_text(CLASH, "utf-8")
    install("clash")


def test_a_variable_that_two_dialects_want_is_told(invoke: Invoke, clash: None) -> None:
    result = invoke("run", "--", sys.executable, "-c", "")

    assert re.search(r"^OPENAI_BASE_URL stays http://\S+/sora/v1: clash wants it too", result.stderr, re.MULTILINE)


def test_a_failure_of_the_server_itself_fails_the_run(invoke: Invoke, clash: None) -> None:
    Path("client.py").write_text(CLIENT, "utf-8")
    program = "from client import ask\nask('/clash/v1/videos', {'model': 'sora-2', 'prompt': 'x'})"
    result = invoke("run", "--junit", "report.xml", "--", sys.executable, "-c", program)

    assert result.exit_code == 1
    assert "1 × clash submit 500 internal" in cases(Path("report.xml"))["unplanned 5xx"]  # noqa: RUF001


SHELL = """
ask() { curl -sSf "$OPENAI_BASE_URL/videos$@" -H "Authorization: Bearer $OPENAI_API_KEY"; }
submit() { ask "" -F model=sora-2 -F prompt="$1" | sed 's/.*"id":"\\([^"]*\\)".*/\\1/'; }
job=$(submit "A kite")
ask "/$job" | grep -o '"status":"[a-z]*"'
ask "/$job/content" > film.mp4
"""


@posix
@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl, which is not installed here")
@pytest.mark.parametrize(
    ("more", "status", "wrong"),
    [("", 0, []), ('submit "A kite"', 1, ["max-waste 0"]), ("exit 4", 4, ["command"])],
)
def test_a_shell_script_runs(tmp_path: Path, conduct: Conduct, more: str, status: int, wrong: list[str]) -> None:
    (tmp_path / "film.sh").write_text(f"set -eu\n{SHELL}\n{more}\n", "utf-8")
    options = ("--speed", "instant", "--dialect", "sora", "--max-waste", "0", "--junit", "report.xml")
    done = conduct(*options, "--", "sh", "film.sh")

    assert (done.returncode, done.stdout.splitlines()[0]) == (status, '"status":"completed"')
    assert (tmp_path / "film.mp4").read_bytes()[4:8] == b"ftyp"
    assert [name for name, text in cases(tmp_path / "report.xml").items() if text] == wrong


TESTS = """
from client import film

def test_a_film_is_made():
    assert film()
"""


@pytest.mark.parametrize(
    ("files", "scenario", "status", "wrong"),
    [
        (["test_film.py"], "instant", 0, []),
        (["test_film.py", "test_again.py"], "instant", 1, ["max-waste 0"]),
        (["test_film.py"], "402", 1, ["command"]),
        ([], "instant", 5, ["command"]),
    ],
)
def test_pytest_runs(conduct: Conduct, files: list[str], scenario: str, status: int, wrong: list[str]) -> None:
    Path("client.py").write_text(CLIENT, "utf-8")
    for file in files:
        Path(file).write_text(TESTS, "utf-8")
    options = ("--scenario", scenario, "--max-waste", "0", "--junit", "report.xml")
    words = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", ".")
    # To load the plugins that happen to be installed takes a second, and these tests need none.
    done = conduct(*options, "--", *words, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")

    assert done.returncode == status
    assert [name for name, text in cases(Path("report.xml")).items() if text] == wrong
