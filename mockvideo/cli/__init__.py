"""The command line: one small module a command, loaded when the command is called."""

from __future__ import annotations

import gc
import io
import sys
from functools import partial
from importlib import import_module
from typing import cast

import click

from mockvideo import __version__

# Objects: more than all that is loaded.
LOADED = 200_000
COMMANDS = (
    "serve",
    "run",
    "demo",
    "dialects",
    "models",
    "openapi",
    "scenarios",
    "check",
    "use",
    "listen",
    "trigger",
    "check-client",
    "check-provider",
    "env",
    "health",
    "guide",
)


class Commands(click.Group):
    """Finds a command in the module of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the same in every context
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - likewise
        if cmd_name not in COMMANDS:
            return None
        return cast("click.Command", import_module(f"mockvideo.cli.{cmd_name.replace('-', '_')}").command)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mockvideo")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Stand in for the video-generation APIs that your application pays for."""
    # What a command loads stays: to look for garbage in it meanwhile takes a sixth of a start.
    ctx.call_on_close(partial(gc.set_threshold, *gc.get_threshold()))
    gc.set_threshold(LOADED)
    # Not every output can write every letter of a model's or a provider's name.
    for stream in (sys.stdout, sys.stderr):
        cast("io.TextIOWrapper", stream).reconfigure(errors="replace")
