"""Contracts, names and sizes that prose does not hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

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
REASONED_IGNORE = re.compile(r"# type: ignore\[[a-z, -]+\]  # \S")

every_module = pytest.mark.parametrize(
    "path", [pytest.param(path, id=str(path.relative_to(PACKAGE).with_suffix(""))) for path in MODULES]
)


def part_of(path: Path) -> str:
    """The part of the package that a module belongs to."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def test_imports_keep_their_contracts() -> None:
    found = subprocess.run([sys.executable, "-c", LINT], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


@every_module
def test_a_module_imports_no_library_that_its_part_may_not(path) -> None:
    # Receivers of webhooks are the only ones that a server calls.
    calls = {"httpx"} if "webhooks" in path.parts else set()
    allowed = OUTSIDE.get(part_of(path), SCHEMAS) | calls | sys.stdlib_module_names | {"mockvideo"}
    assert set(imported(tree_of(path))) <= allowed


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


@every_module
def test_no_code_names_a_dialect(path) -> None:
    # Models of one provider are called like another provider; that no folder imports another is a contract.
    if part_of(path) != "dialects":
        assert dialects.load().keys() & set(words(tree_of(path))) == set()


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


@every_module
def test_a_module_says_what_it_is(path) -> None:
    assert ast.get_docstring(tree_of(path))
    assert not EMPTY_MODULE.fullmatch(path.stem)


@every_module
def test_a_class_has_a_name_and_a_docstring_that_say_what_it_is(path) -> None:
    classes = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.ClassDef)]
    unnamed = [found.name for found in classes if EMPTY_CLASS.search(found.name)]
    unsaid = [found.name for found in classes if not (found.name.startswith("_") or ast.get_docstring(found))]
    assert (unnamed, unsaid) == ([], [])


@every_module
def test_imports_stand_at_the_top(path) -> None:
    if part_of(path) in {"cli", "pytest_plugin"} or path.name == "__init__.py":
        return
    functions = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [found.name for found in functions if list(imported(found))] == []


@every_module
def test_what_a_type_checker_ignores_has_a_code_and_a_reason(path) -> None:
    ignored = [line for line in path.read_text("utf-8").splitlines() if "type: ignore" in line]
    assert [line for line in ignored if not REASONED_IGNORE.search(line)] == []


@every_module
def test_modules_and_functions_are_short(path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    functions = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = [found.name for found in functions if (found.end_lineno or 0) - found.lineno >= 40]
    assert lines <= 300
    assert long == []
