"""A server to put under load: mockvideo, or constant bytes on the same settings of uvicorn.

``serve`` itself is measured where start-up is; here the courses and the number of jobs must fit the measurement.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import cast

from mockvideo.core.scenario import Timing
from mockvideo.core.settings import Caps, Settings
from mockvideo.server.app import App, create_app
from mockvideo.server.options import Options
from mockvideo.server.serving import bind, serve, url_of
from tests.benchmarks.bare import Constant


def application(arguments: Namespace) -> App:
    if arguments.constant:
        return cast("App", Constant(arguments.constant.read_bytes()))
    render = (arguments.render, arguments.render)
    caps = Caps(finished_jobs=arguments.jobs // 10, unfinished_jobs=arguments.jobs)
    return create_app(Options(settings=Settings(timing=Timing(queue=(0.0, 0.0), render=render), caps=caps)))


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("ready_file", type=Path)
    parser.add_argument("--constant", type=Path, help="answer with the bytes of this file")
    parser.add_argument("--render", type=float, default=0.0, help="seconds that every job takes")
    parser.add_argument(
        "--jobs", type=int, default=100_000, help="most unfinished jobs; a tenth of it is kept finished"
    )
    arguments = parser.parse_args()
    listener = bind("127.0.0.1", 0)
    ready = json.dumps({"url": url_of(listener)})
    serve(application(arguments), [listener], lambda: arguments.ready_file.write_text(ready, "ascii"))


if __name__ == "__main__":
    main()
