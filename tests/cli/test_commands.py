"""The commands that look things up: what they print, in which form, and how little they load."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import Result
from processes import environment

import mockvideo
from mockvideo.cli import COMMANDS, main
from mockvideo.cli.portraits import portrait
from mockvideo.cli.tables import console, show
from mockvideo.dialects import load
from mockvideo.schema import Lenient
from mockvideo.server.app import create_app
from mockvideo.server.thread import ServerThread

Invoke = Callable[..., Result]

NAMES = list(load())


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["serve", "--help"], ["run", "--help"], ["health", "--help"]]
)
def test_help_loads_little(tmp_path: Path, arguments: list[str]) -> None:
    code = f"""
import sys
from mockvideo.cli import main
try:
    main({arguments!r})
finally:
    print(sorted({{"rich", "starlette", "httpx", "pydantic", "mockvideo.dialects"}} & set(sys.modules)))
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


def test_help_names_every_command(invoke: Invoke) -> None:
    shown = invoke("--help").output

    assert all(f"\n  {name} " in shown for name in COMMANDS)


@pytest.mark.parametrize("arguments", [["models", "sora"], ["models", "nobody"]])
def test_a_command_leaves_the_garbage_collector_as_it_was(invoke: Invoke, arguments: list[str]) -> None:
    before = gc.get_threshold()
    invoke(*arguments)
    assert gc.get_threshold() == before


def test_an_unknown_command_is_refused(invoke: Invoke) -> None:
    result = invoke("srve")

    assert (result.exit_code, "srve" in result.stderr) == (2, True)


def test_python_runs_the_package() -> None:
    told = subprocess.run([sys.executable, "-m", "mockvideo", "--version"], capture_output=True, text=True, check=True)

    assert told.stdout == f"mockvideo, version {mockvideo.__version__}\n"


@pytest.mark.parametrize(
    ("words", "begun", "completed"),
    [
        ([], "mod", ["models"]),
        (["dialects"], "lem", ["lemondata"]),
        (["models"], "so", ["sora"]),
        (["env", "--dialect"], "a4", ["a4f"]),
        (["guide"], "cl", ["clips"]),
        (["serve"], "--med", ["--media"]),
        (["serve", "--log"], "j", ["json"]),
    ],
)
def test_names_are_completed(words: list[str], begun: str, completed: list[str]) -> None:
    found = ShellComplete(main, {}, "mockvideo", "_MOCKVIDEO_COMPLETE").get_completions(words, begun)

    assert [item.value for item in found] == completed


def test_a_shell_can_ask_for_completion(tmp_path: Path) -> None:
    asked = {"_MOCKVIDEO_COMPLETE": "bash_complete", "COMP_WORDS": "mockvideo mod", "COMP_CWORD": "1"}
    command = [sys.executable, "-c", "from mockvideo.cli import main; main(prog_name='mockvideo')"]
    done = subprocess.run(command, cwd=tmp_path, env=environment(**asked), capture_output=True, text=True, check=False)

    assert done.stdout == "plain,models\n"


def test_the_dialects_are_listed_with_their_models_and_documented_share(invoke: Invoke) -> None:
    rows = {line.split()[0]: line for line in invoke("dialects").stdout.splitlines()}

    assert set(rows) == {"dialect", *NAMES}
    assert rows["beluga"].split()[:4] == ["beluga", "BelugAPI", "/beluga", "27"]
    assert rows["beluga"].endswith("%")


@pytest.mark.parametrize("name", NAMES)
def test_a_dialect_is_shown_with_its_routes_and_its_card(invoke: Invoke, name: str) -> None:
    shown = invoke("dialects", name).stdout

    assert all(f"{route.method} /{name}{route.path} " in shown for route in load()[name].routes)
    assert all(f"\n{sort} " in shown for sort in ("fidelity", "fields", "limits", "words", "all"))
    assert load()[name].reviewed in shown


class Forgetful(Lenient):
    """A document that does not say where its field comes from."""

    error: str


def test_a_field_without_a_source_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    show(console(), *portrait(replace(load()["sora"], error=Forgetful)))

    assert capsys.readouterr().out.endswith("without a source: Forgetful.error\n")


def test_rules_across_fields_come_with_their_source(invoke: Invoke) -> None:
    assert (
        "mode=reference_material needs image_url or video_url or audio_urls [seed]" in invoke("dialects", "sora").stdout
    )


def test_lines_of_a_pipe_have_no_blanks_at_their_ends(invoke: Invoke) -> None:
    lines = invoke("models", "apiframe").stdout.splitlines()

    assert lines == [line.rstrip() for line in lines]


@pytest.mark.parametrize("command", ["dialects", "models"])
def test_an_unknown_dialect_is_one_line(invoke: Invoke, command: str) -> None:
    result = invoke(command, "soar")

    assert (result.exit_code, result.stderr) == (2, "Error: there is no dialect 'soar'; did you mean sora?\n")


@pytest.mark.parametrize("name", NAMES)
def test_every_model_is_listed(invoke: Invoke, name: str) -> None:
    listed = [line.split()[0] for line in invoke("models", name).stdout.splitlines()]

    assert listed == ["model", *load()[name].catalog.rows]


def test_limits_defaults_prices_and_facts_are_said(invoke: Invoke) -> None:
    row = next(line for line in invoke("models", "a4f").stdout.splitlines() if "seedance-lite" in line)

    assert "duration up to 5, quality 1080p, ratio (9:16)" in row
    assert row.endswith("recommendation Daily use")


@pytest.mark.parametrize("name", NAMES)
def test_the_catalog_can_be_read_by_programs(invoke: Invoke, name: str) -> None:
    rows = json.loads(invoke("models", name, "--json").stdout)

    assert [row["id"] for row in rows] == list(load()[name].catalog.rows)


def test_a_terminal_that_is_forced_gets_colours(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert "\x1b[" in invoke("dialects", color=True).stdout


def test_a_shell_gets_the_variables_of_all_clients(invoke: Invoke, tmp_path: Path) -> None:
    exports = invoke("env", "--key", "it's a key").stdout
    done = subprocess.run(
        ["sh", "-c", exports + 'echo "$OPENAI_BASE_URL|$OPENAI_API_KEY"'], capture_output=True, text=True, check=True
    )

    assert done.stdout == "http://127.0.0.1:8420/sora/v1|it's a key\n"


def test_one_dialect_has_a_base_url(invoke: Invoke) -> None:
    values = json.loads(invoke("env", "--dialect", "beluga", "--format", "json", "--url", "http://mock:9/").stdout)

    assert values == {
        "MOCKVIDEO_URL": "http://mock:9",
        "MOCKVIDEO_API_KEY": "sk-mockvideo",
        "MOCKVIDEO_BASE_URL": "http://mock:9/beluga",
    }


@pytest.mark.parametrize(
    ("form", "key", "line"),
    [
        ("dotenv", "plain-key", "A4F_API_KEY=plain-key"),
        ("dotenv", 'a "b" c', 'A4F_API_KEY="a \\"b\\" c"'),
        ("github", "a b", "A4F_API_KEY=a b"),
    ],
)
def test_files_of_variables_have_a_line_for_each(invoke: Invoke, form: str, key: str, line: str) -> None:
    assert line in invoke("env", "--format", form, "--key", key).stdout.splitlines()


def test_the_surroundings_say_where_the_server_is(invoke: Invoke) -> None:
    surroundings = {"MOCKVIDEO_PORT": "9000", "MOCKVIDEO_API_KEY": "mine"}
    lines = invoke("env", env=surroundings).stdout.splitlines()

    assert lines[:2] == ["export MOCKVIDEO_URL=http://127.0.0.1:9000", "export MOCKVIDEO_API_KEY=mine"]


@pytest.mark.parametrize("arguments", [["--key", "a\nb"], ["--url", "ftp://x"]])
def test_what_no_variable_can_hold_is_refused(invoke: Invoke, arguments: list[str]) -> None:
    result = invoke("env", *arguments)

    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)


TWIN = """
from dataclasses import replace
from mockvideo.dialects.sora import DIALECT
DIALECT = replace(DIALECT, terms=replace(DIALECT.terms, dialect="twin"))
"""


def test_a_conflict_is_told_beside_the_variables(invoke: Invoke, install: Callable[[str], None]) -> None:
    Path("twin.py").write_text(TWIN, "utf-8")
    install("twin")

    result = invoke("env")

    assert result.stderr.startswith("OPENAI_BASE_URL stays http://127.0.0.1:8420/sora/v1: twin wants it too")
    assert "export OPENAI_BASE_URL=http://127.0.0.1:8420/sora/v1\n" in result.stdout


def test_a_server_that_lives_is_healthy(invoke: Invoke) -> None:
    with ServerThread(create_app()) as server:
        result = invoke("health", "--url", server.url)

    assert (result.exit_code, result.stdout.endswith(f"answers at {server.url}\n")) == (0, True)


def test_no_server_is_not_healthy(invoke: Invoke) -> None:
    result = invoke("health", env={"MOCKVIDEO_URL": "http://127.0.0.1:9"})

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: no mockvideo answers at http://127.0.0.1:9: ")


def test_another_program_at_the_port_is_not_healthy(invoke: Invoke) -> None:
    with ServerThread(create_app()) as server:
        result = invoke("health", "--url", server.url + "/somewhere")

    assert (result.exit_code, result.stderr.endswith(": Not Found\n")) == (1, True)


def test_a_bad_url_is_a_matter_of_usage(invoke: Invoke) -> None:
    assert invoke("health", "--url", "file:///etc/passwd").exit_code == 2


def test_the_guide_lists_its_pages(invoke: Invoke) -> None:
    topics = [line.split()[0] for line in invoke("guide").stdout.splitlines()]

    assert topics == [
        "topic",
        *("check-client", "check-provider", "clips", "control", "dialects", "faults", "incidents", "library"),
        *("new-dialect", "rules", "run"),
        *("scenarios", "sdk", "security", "start", "testing", "time", "webhooks"),
    ]


def test_a_page_is_plain_in_a_pipe(invoke: Invoke) -> None:
    assert invoke("guide", "start").stdout.startswith("# Starting a server")


def test_a_page_is_set_on_a_terminal(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert "\x1b[1m" in invoke("guide", "start", color=True).stdout


def test_an_unknown_page_is_one_line(invoke: Invoke) -> None:
    result = invoke("guide", "nothing")

    assert result.exit_code == 2
    assert result.stderr.startswith("Error: the guide has no page 'nothing'; there are check-client, check-provider,")


def test_pages_are_short_and_name_their_subject() -> None:
    pages = list((Path(mockvideo.__file__).parent / "guide").glob("*.md"))

    assert pages
    assert all(len(page.read_text("utf-8").splitlines()) < 100 for page in pages)
    assert all(page.read_text("utf-8").startswith("# ") for page in pages)
