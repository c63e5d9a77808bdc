"""Whatever is thrown at whichever endpoint, none answers with a fault: schemathesis draws paths, queries and bodies."""

from __future__ import annotations

import warnings
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings

from tests.web.pages import Office

DRAWN = settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def faults(schema: Any) -> tuple[int, list[str]]:
    """How many operations were tried, and which of them answered with a fault."""
    found: list[str] = []
    operations = [one.ok() for one in schema.get_all_operations()]
    for operation in operations:

        @DRAWN
        @given(case=operation.as_strategy())
        def throw(case: Any) -> None:
            status = case.call().status_code
            if status >= 500:
                found.append(f"{case.method} {case.path}: {status}")

        throw()
    return len(operations), found


def test_no_page_answers_with_a_fault(office: Office) -> None:
    with warnings.catch_warnings():
        # FastAPI gives GET and HEAD of one page one name; nobody but this test reads it.
        warnings.simplefilter("ignore", UserWarning)
        schema = schemathesis.openapi.from_dict(office.app.openapi())
    schema.app = office.app
    tried, found = faults(schema)
    assert tried > 20
    assert found == []


def test_no_part_of_the_json_interface_answers_with_a_fault(office: Office) -> None:
    tried, found = faults(schemathesis.openapi.from_asgi("/api/openapi.json", office.app))
    assert tried >= 3
    assert found == []
