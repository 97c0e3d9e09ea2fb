"""What GET /metrics shows, with one process and with several."""

import httpx
import pytest

from tests.support import KESH, KEY

TUNE = {"Content-Type": "text/plain"}


def samples(text: str) -> dict[str, float]:
    """Every sample of an exposition: name with labels -> value."""
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


@pytest.fixture
def scrape(client: httpx.Client, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.setattr("service.metrics._KEPT_S", 0.0)
    return lambda: samples(client.get("/metrics").text)


def test_requests_are_counted_by_route_and_status_and_never_by_path(client: httpx.Client, scrape) -> None:  # type: ignore[no-untyped-def]
    before = scrape()
    client.post("/suggest-titles", content=KESH, headers=TUNE)
    client.post("/suggest-titles", content="K:C", headers=TUNE)
    client.get("/admin/jobs/some-job", headers=KEY)
    for path in ("/some-path", "/suggest-titles/some-path"):
        client.get(path)
    client.request("SOMEMETHOD", "/health")
    after = scrape()

    def more(name: str) -> float:
        return after[name] - before.get(name, 0)

    total = "gan_ainm_requests_total"
    assert more(f'{total}{{method="POST",route="/suggest-titles",status="200"}}') == 1
    assert more(f'{total}{{method="POST",route="/suggest-titles",status="422"}}') == 1
    assert more(f'{total}{{method="GET",route="/admin/jobs/{{job_id}}",status="404"}}') == 1
    assert more(f'{total}{{method="GET",route="other",status="404"}}') == 2
    assert more(f'{total}{{method="other",route="/health",status="405"}}') == 1
    assert more('gan_ainm_request_duration_seconds_count{route="/suggest-titles"}') == 2
    assert not [name for name in after if "some" in name.lower()]
