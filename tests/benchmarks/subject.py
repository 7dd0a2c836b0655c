"""A server to put under load: mockvideo as ``serve`` launches it, or constant bytes on uvicorn with the same settings.

Not the command itself, because here the jobs' courses and the caps must fit the measurement.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import cast

from mockvideo.cli.launch import launch
from mockvideo.core.settings import Caps, Settings
from mockvideo.core.timing import Timing
from mockvideo.server.app import App
from mockvideo.server.environment import Setup
from mockvideo.server.options import Options
from mockvideo.server.serving import Server, bind, configure, url_of
from tests.benchmarks.bare import Constant


def serve_jobs(arguments: Namespace) -> None:
    timing = Timing(queue=(0.0, 0.0), render=(arguments.render, arguments.render))
    caps = Caps(finished_jobs=arguments.jobs // 10, unfinished_jobs=arguments.jobs)
    options = Options(settings=Settings(timing=timing, caps=caps))
    launch(Setup(port=0, log="off", ready_file=arguments.ready_file, options=options), sys.stdout)


def serve_constant(arguments: Namespace) -> None:
    """Serve with uvicorn's own protocol: ours may be slower where it is not asked for whole answers."""
    listener = bind("127.0.0.1", 0)
    ready = json.dumps({"url": url_of(listener)})
    config = configure(cast("App", Constant(arguments.constant.read_bytes())))
    config.http = "httptools"
    Server(config, lambda: arguments.ready_file.write_text(ready, "ascii")).run([listener])


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("ready_file", type=Path)
    parser.add_argument("--constant", type=Path, help="answer with the bytes of this file")
    parser.add_argument("--render", type=float, default=0.0, help="seconds that every job takes")
    parser.add_argument(
        "--jobs", type=int, default=100_000, help="most unfinished jobs; a tenth of it is kept finished"
    )
    arguments = parser.parse_args()
    (serve_constant if arguments.constant else serve_jobs)(arguments)


if __name__ == "__main__":
    main()
