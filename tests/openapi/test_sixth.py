"""The dialect that the guide writes out gets its document with no edit elsewhere."""

from __future__ import annotations

import json
import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.test_sixth_dialect import environment, run

__all__ = ["environment"]
pytestmark = pytest.mark.usefixtures("unmeasured")


def test_its_document_is_printed(environment) -> None:
    done = run(environment, "-m", "mockvideo", "openapi", "tern")
    found = json.loads(done.stdout)
    OpenAPIV31SpecValidator(found).validate()
    assert found["components"]["schemas"]["Create"]["properties"]["seconds"]["maximum"] == 8
    assert found["paths"]["/films"]["post"]["responses"]["201"]["links"]["poll"]["operationId"] == "poll"


def test_its_document_passes_the_tests_of_every_document(environment) -> None:
    files = ["tests/openapi/test_documents.py", "tests/server/test_openapi.py"]
    done = run(environment, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "[tern or -tern", *files)
    assert done.returncode == 0, done.stdout
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 15
