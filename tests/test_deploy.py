"""The files that deploy the service: compose, Prometheus and Grafana. They fit each other and the metrics."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from service import metrics

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
RULES = DEPLOY / "prometheus" / "rules.yml"
DASHBOARD = DEPLOY / "grafana" / "dashboards" / "gan-ainm.json"
PAGE = ROOT / "docs" / "monitoring.md"

promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")


def read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def rules() -> list[dict[str, Any]]:
    return [rule for group in read_yaml(RULES)["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return found


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    yield from (target["expr"] for panel in panels() for target in panel["targets"])


def exported() -> dict[str, str]:
    """The name of each metric as it is shown, and its type."""
    text = metrics.Exposition().text().decode()
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))


def series() -> set[str]:
    """The name of each series of the metrics, and of each recording rule."""
    names = {rule["record"] for rule in rules() if "record" in rule}
    for name, kind in exported().items():
        names |= (
            {f"{name}{ending}" for ending in ("_bucket", "_sum", "_count")} if kind == "histogram" else {name}
        )
    return names


def used(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:[a-z_]+:)?gan_ainm_\w+(?::\w+)?", expression))


def test_rules_and_dashboard_use_only_series_that_exist() -> None:
    assert len(list(expressions())) > 20
    for expression in expressions():
        assert used(expression) <= series(), expression
    assert used("sum(rate(gan_ainm_nothing_total[5m]))") - series(), "a wrong name is noticed"


def test_every_metric_is_on_the_dashboard_or_in_a_rule() -> None:
    names = {name for expression in expressions() for name in used(expression)}
    for name in exported():
        assert any(series_name.startswith(name) for series_name in names), name


def test_every_metric_rule_and_alert_is_documented() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in (*exported(), *(rule.get("record") or rule["alert"] for rule in rules())):
        assert f"`{name}`" in page, name
    assert set(re.findall(r"`(gan_ainm_\w+)`", page)) <= set(exported()), "no other is"


def test_the_dashboard_explains_its_panels_and_they_do_not_overlap() -> None:
    places = set[tuple[int, int]]()
    for panel in panels():
        assert panel["title"]
        assert panel["description"].endswith(".")
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & places
        places |= cells
    assert len({panel["id"] for panel in panels()}) == len(panels())


def test_grafana_knows_where_its_data_come_from() -> None:
    provisioning = DEPLOY / "grafana" / "provisioning"
    (source,) = read_yaml(provisioning / "datasources" / "prometheus.yml")["datasources"]
    assert {panel["datasource"]["uid"] for panel in panels()} == {source["uid"]}
    services = read_yaml(ROOT / "docker-compose.yml")["services"]
    host, port = source["url"].removeprefix("http://").split(":")
    assert services[host]["ports"] == [f"127.0.0.1:${{PROMETHEUS_PORT:-{port}}}:{port}"]
    (provider,) = read_yaml(provisioning / "dashboards" / "gan-ainm.yml")["providers"]
    mounts = [mount.split(":") for mount in services["grafana"]["volumes"]]
    assert provider["options"]["path"] in [target for _, target, *_ in mounts]
    home = Path(services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert home == Path(provider["options"]["path"]) / DASHBOARD.name


def test_prometheus_scrapes_the_service_of_the_compose_file() -> None:
    (job,) = read_yaml(DEPLOY / "prometheus" / "prometheus.yml")["scrape_configs"]
    (target,) = job["static_configs"][0]["targets"]
    host, port = target.split(":")
    ports = read_yaml(ROOT / "docker-compose.yml")["services"][host]["ports"]
    assert ports[0].endswith(f":{port}")
    assert f'job="{job["job_name"]}"' in RULES.read_text(encoding="utf-8")


def test_observability_is_a_profile_and_no_port_is_open_to_others() -> None:
    services = read_yaml(ROOT / "docker-compose.yml")["services"]
    for name, service in services.items():
        assert (service.get("profiles") == ["observability"]) == (name in {"prometheus", "grafana"})
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        for mount in service["volumes"]:
            source = mount.split(":")[0]
            if source.startswith("./deploy"):
                assert (ROOT / source).is_dir()
                assert mount.endswith(":ro")


@promtool
@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "config", "prometheus.yml"],
        ["check", "rules", "rules.yml"],
        ["test", "rules", "rules-test.yml"],
    ],
)
def test_promtool_accepts_the_files(arguments: list[str]) -> None:
    done = subprocess.run(
        ["promtool", *arguments], cwd=DEPLOY / "prometheus", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@promtool
def test_promtool_accepts_the_metrics() -> None:
    metrics.request_began()
    metrics.request_ended("GET", "/health", 200, 0.1, {"rank": 0.1})
    metrics.refused("overloaded")
    metrics.job_ended("succeeded", 2.0)
    metrics.feedback_given(1)
    text = metrics._render()
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
