"""Python runs this when a program starts under the kit: its sleeps move the account's clock instead of waiting."""

# ruff: noqa: INP001 - Python finds it by its folder, and it must have this name

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress
from importlib import import_module

HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - every program pays for what is loaded here
PACKAGES = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(HERE))))  # noqa: PTH120 - likewise

sys.path[:] = [folder for folder in sys.path if folder != HERE]
# Found last, and only for this import: the program may live among other packages than we do.
sys.path.append(PACKAGES)
try:
    from mockvideo.conformance.client.child import begin
finally:
    sys.path.remove(PACKAGES)
if (opened := begin(os.environ)) is not None:
    # Nobody else holds it, and what is not held ends.
    atexit.register(opened.close)
# The one that ours hides, if there is one.
sys.modules.pop("sitecustomize", None)
with suppress(ImportError):
    import_module("sitecustomize")
