"""Contracts, names and sizes that prose does not hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from mockvideo import dialects

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "mockvideo"
MODULES = sorted(PACKAGE.rglob("*.py"))
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))"

# What each part may import beside the standard library and this package.
SCHEMAS = {"annotated_types", "pydantic", "pydantic_core"}
OUTSIDE = {
    "core": {"annotated_types", "pydantic"},
    "media": set(),
    "dialects": SCHEMAS,
    "server": {"httptools", "pydantic", "pydantic_core", "python_multipart", "starlette", "uvicorn"},
    "testing": {"anyio", "httpcore", "httpx", "multidict", "python_multipart", "starlette"},
    "conformance": SCHEMAS | {"httpx", "hypothesis"},
    "cli": SCHEMAS | {"click", "httpx", "rich"},
    "pytest_plugin": {"pytest"},
}
EMPTY_MODULE = re.compile(r"(base|common|misc|help(er)?s?|utils?)")
EMPTY_CLASS = re.compile(r"((Handl|Help|Manag)er|Factory)$")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
REASONED_IGNORE = re.compile(r"# type: ignore\[[a-z, -]+\]  # \S")

Trees = dict[Path, ast.Module]


@pytest.fixture(scope="module")
def trees() -> Trees:
    """What every module is parsed to. A test looks at all of them: seven for each took longer than what they do."""
    return {path: ast.parse(path.read_text("utf-8")) for path in MODULES}


def part_of(path: Path) -> str:
    """The part of the package that a module belongs to."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def test_imports_keep_their_contracts() -> None:
    found = subprocess.run([sys.executable, "-c", LINT], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_a_module_imports_no_library_that_its_part_may_not(trees: Trees) -> None:
    found = {path: set(imported(tree)) - allowed(path) for path, tree in trees.items()}
    assert told(found) == []


def told(found: Mapping[Path, Collection[object]]) -> list[str]:
    """The modules in which something is found, and what."""
    return [f"{path.relative_to(ROOT)}: {wrong}" for path, wrong in found.items() if wrong]


def allowed(path: Path) -> set[str]:
    # Receivers of webhooks are the only ones that a server calls.
    calls = {"httpx"} if "webhooks" in path.parts else set()
    return OUTSIDE.get(part_of(path), SCHEMAS) | calls | sys.stdlib_module_names | {"mockvideo"}


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def test_no_code_names_a_dialect(trees: Trees) -> None:
    # Models of one provider are called like another provider; that no folder imports another is a contract.
    known = dialects.load().keys()
    found = {path: known & set(words(tree)) for path, tree in trees.items() if part_of(path) != "dialects"}
    assert told(found) == []


def words(tree: ast.AST) -> Iterator[str]:
    """The words of all names and texts in code; a text that stands alone is prose."""
    prose = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if node not in prose:
            for _, value in ast.iter_fields(node):
                texts = value if isinstance(value, list) else [value]
                for text in texts:
                    if isinstance(text, str):
                        yield from re.split(r"[^a-z0-9]+", text.lower())


def test_a_module_says_what_it_is(trees: Trees) -> None:
    assert [path for path, tree in trees.items() if not ast.get_docstring(tree)] == []
    assert [path for path in trees if EMPTY_MODULE.fullmatch(path.stem)] == []


def test_a_class_has_a_name_and_a_docstring_that_say_what_it_is(trees: Trees) -> None:
    classes = {path: found(tree, ast.ClassDef) for path, tree in trees.items()}
    unnamed = {path: [each.name for each in here if EMPTY_CLASS.search(each.name)] for path, here in classes.items()}
    unsaid = {path: [each.name for each in here if is_unsaid(each)] for path, here in classes.items()}
    assert (told(unnamed), told(unsaid)) == ([], [])


def found(tree: ast.AST, *kinds: type[ast.AST]) -> list[Any]:
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def is_unsaid(node: ast.ClassDef) -> bool:
    return not (node.name.startswith("_") or ast.get_docstring(node))


def test_imports_stand_at_the_top(trees: Trees) -> None:
    lazy = {
        path: [each.name for each in found(tree, *FUNCTIONS) if list(imported(each))]
        for path, tree in trees.items()
        if part_of(path) not in {"cli", "pytest_plugin"} and path.name != "__init__.py"
    }
    assert told(lazy) == []


def test_what_a_type_checker_ignores_has_a_code_and_a_reason() -> None:
    ignored = {path: [line for line in lines_of(path) if "type: ignore" in line] for path in MODULES}
    unsaid = {path: [line for line in here if not REASONED_IGNORE.search(line)] for path, here in ignored.items()}
    assert told(unsaid) == []


def lines_of(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def test_modules_and_functions_are_short(trees: Trees) -> None:
    functions = {path: found(tree, *FUNCTIONS) for path, tree in trees.items()}
    long = {path: [each.name for each in here if length(each) > 40] for path, here in functions.items()}
    assert [path for path in MODULES if len(lines_of(path)) > 300] == []
    assert told(long) == []


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many lines it has."""
    return (node.end_lineno or 0) - node.lineno + 1
