"""The files that others run the assistant with are right by the linters of their kinds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ui.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PROGRAMS = Path(sys.executable).parent
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | environment,
    )


def documents() -> list[dict[str, object]]:
    return [one for path in MANIFESTS for one in yaml.safe_load_all(path.read_text(encoding="utf-8"))]


def test_the_dockerfile_has_no_finding() -> None:
    done = run(PROGRAMS / "hadolint", "--no-color", DEPLOY / "Dockerfile")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_the_manifests_are_what_kubernetes_knows(path: Path) -> None:
    done = run(PROGRAMS / "kubernetes-validate", "--strict", path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_container_is_bounded_and_not_root() -> None:
    pods = [
        spec["template"]["spec"]
        for one in documents()
        for spec in (one.get("spec"), (one.get("spec") or {}).get("jobTemplate", {}).get("spec"))  # type: ignore[attr-defined]
        if isinstance(spec, dict) and "template" in spec
    ]
    assert len(pods) == 3
    for pod in pods:
        for container in pod["containers"]:
            assert container["resources"]["limits"]["memory"]
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            if container["image"].startswith("bpo-kpo"):
                assert container["securityContext"]["readOnlyRootFilesystem"] is True
                assert pod["securityContext"]["runAsNonRoot"] is True


def settings_of_deploy() -> set[str]:
    config = [one for one in documents() if one["kind"] in ("ConfigMap", "Secret")]
    names = {name for one in config for name in {**one.get("data", {}), **one.get("stringData", {})}}  # type: ignore[dict-item]
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return names | set(compose["x-assistant"]["environment"])


def test_every_setting_that_is_given_exists() -> None:
    known = {f"BPO_KPO_{name.upper()}" for name in Settings.model_fields}
    assert settings_of_deploy() <= known


def test_the_grace_period_is_longer_than_the_server_takes_to_finish_its_answers() -> None:
    deployment = next(one for one in documents() if one["kind"] == "Deployment")
    config = next(one for one in documents() if one["kind"] == "ConfigMap")
    grace = deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]  # type: ignore[index]
    assert int(config["data"]["BPO_KPO_SHUTDOWN_SECONDS"]) + 5 < grace  # type: ignore[index]
    assert int(config["data"]["BPO_KPO_SHUTDOWN_SECONDS"]) >= Settings().answer_seconds  # type: ignore[index]


def test_the_compose_file_is_right_by_compose_itself() -> None:
    compose = shutil.which("docker-compose")
    command = [compose] if compose else ["docker", "compose"]
    if compose is None and (not shutil.which("docker") or run("docker", "compose", "version").returncode):
        pytest.skip("no docker compose: apt-get install docker-compose")
    file = DEPLOY / "compose.yaml"
    done = run(*command, "--file", file, "config", POSTGRES_PASSWORD="secret")
    assert done.returncode == 0, done.stderr
    services = yaml.safe_load(done.stdout)["services"]
    assert set(services) == {"app", "ingest", "chroma", "postgres", "nginx"}
    assert services["app"]["deploy"]["replicas"] == 2
    without = run(*command, "--file", file, "config")
    assert without.returncode != 0, "a database without a password is not started"
    assert "POSTGRES_PASSWORD" in without.stderr


def test_the_nginx_configuration_is_right(tmp_path: Path) -> None:
    conf = tmp_path / "nginx.conf"
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    # The name is one of the compose network; here there is none of it.
    conf.write_text(text.replace("app:7860", "127.0.0.1:7860").replace("/tmp/nginx", str(tmp_path / "nginx")))
    parsed = json.loads(run(PROGRAMS / "crossplane", "parse", conf).stdout)
    assert parsed["status"] == "ok", parsed["errors"]
    if shutil.which("nginx"):
        done = run("nginx", "-t", "-c", conf)
        assert done.returncode == 0, done.stderr
