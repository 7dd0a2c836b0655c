"""``mockvideo guide``."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

import click
from click.shell_completion import CompletionItem

from mockvideo.cli.terminal import Unusable


def _pages() -> Mapping[str, Traversable]:
    """The pages by topic."""
    found = sorted(files("mockvideo").joinpath("guide").iterdir(), key=lambda page: page.name)
    return {page.name.removesuffix(".md"): page for page in found if page.name.endswith(".md")}


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(topic) for topic in _pages() if topic.startswith(incomplete)]


@click.command()
@click.argument("topic", required=False, shell_complete=_complete)
def command(topic: str | None) -> None:
    """List the pages of the guide, or show one."""
    from mockvideo.cli.tables import console, show, table

    pages = _pages()
    if topic is None:
        contents = table("topic", "about")
        for name, page in pages.items():
            contents.add_row(name, page.read_text("utf-8").partition("\n")[0].removeprefix("# "))
        show(console(), contents)
    elif topic not in pages:
        raise Unusable(f"the guide has no page {topic!r}; there are {', '.join(pages)}")
    else:
        _show(pages[topic].read_text("utf-8"))


def _show(text: str) -> None:
    from rich.markdown import Markdown

    from mockvideo.cli.tables import console

    output = console()
    if output.is_terminal:
        output.print(Markdown(text))
    else:
        click.echo(text, nl=False)
