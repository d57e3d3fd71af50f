"""The examples for whoever runs obctl day by day: each is checked by the tool it is for."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from builders import NOW, make_log_entry, write_log
from readme_reader import ROOT, commands, parse

from obctl.engine.admin.init import create_company
from obctl.store.company_log import LogFilter, search_log
from obctl.store.database import open_store

EXAMPLES = ROOT / "examples"
MANIFESTS = sorted((EXAMPLES / "kubernetes").glob("*.yaml"))
UNITS = sorted((EXAMPLES / "systemd").iterdir())
OLDEST_KUBERNETES = "1.31"
"""Since then an Indexed Job can fail by index without a feature gate of its own."""
PROGRAM = "/opt/obctl/.venv/bin/obctl"


def needs(program: str) -> Any:
    found = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    return pytest.mark.skipif(found is None, reason=f"no {program} is installed here")


FOLDERS = {"systemd", "container", "nginx", "cloudflared", "logrotate", "kubernetes"}


def commands_of(file: Path) -> list[list[str]]:
    """The command lines of obctl in an example: those set in by its comments, and what it runs."""
    text = file.read_text("utf-8").replace(PROGRAM, "obctl")
    if file.suffix == ".yaml":
        lines = [line for line in text.splitlines() if re.match(r"\s+obctl \S", line)]
    elif file.suffix == ".sh":
        lines = text.splitlines()
    else:
        lines = re.findall(r"^(?:#   |ExecStart=)(.*)", text, re.MULTILINE)
    told = "\n".join(line for line in lines if not line.startswith(("docker build", "cloudflared")))
    for name, value in (("%i", "contoso"), ("${PORT}", "8080"), ("$keep", "400d"), (":0.1", "")):
        told = told.replace(name, value)
    return commands(told)


TOLD = [
    pytest.param(words, id=f"{path.name} {number}")
    for path in sorted(EXAMPLES.rglob("*"))
    if path.parent.name in FOLDERS
    for number, words in enumerate(commands_of(path))
]


@pytest.mark.parametrize("words", TOLD)
def test_each_command_of_an_example_is_one_of_obctl(words: list[str]) -> None:
    parse(words)


def test_every_example_has_a_line_and_most_have_commands() -> None:
    lines = (EXAMPLES / "README.md").read_text("utf-8")
    for entry in sorted(EXAMPLES.iterdir()):
        assert entry.name in ("README.md", "__pycache__") or f"]({entry.name}" in lines, entry.name
    assert len(TOLD) >= 10
    assert "examples/README.md" in (ROOT / "README.md").read_text("utf-8")


def test_an_example_names_no_real_host() -> None:
    hosts = re.compile(r"\b(?:[a-z0-9-]+\.)+(?:com|net|org|io|nl|de|eu|cloud|dev)\b")
    # The registry of the base image, and a label that Kubernetes prescribes.
    known = {"docker.io", "app.kubernetes.io"}
    for path in EXAMPLES.rglob("*"):
        if path.is_file() and path.parent.name in FOLDERS:
            assert {*hosts.findall(path.read_text("utf-8"))} - known == set(), path


# -- systemd -----------------------------------------------------------------------------------


def verified(folder: Path, change: tuple[str, str] = ("", "")) -> tuple[int, str]:
    """What systemd says of the units, `contoso` for their company."""
    folder.mkdir()
    for unit in UNITS:
        text = unit.read_text("utf-8").replace(PROGRAM, sys.executable).replace(*change)
        (folder / unit.name).write_text(text, "utf-8")
    units = [str(folder / unit.name.replace("@", "@contoso")) for unit in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stderr


@needs("systemd-analyze")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    assert verified(tmp_path / "units") == (0, "")


@needs("systemd-analyze")
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("NoNewPrivileges=yes", "NoNewPrivilegs=yes"), "Unknown key"),
        (("ProtectSystem=strict", "ProtectSystem=strickt"), "Failed to parse"),
        (("02:00:00", "25:00:00"), "Failed to parse calendar specification"),
    ],
    ids=["key", "value", "calendar"],
)
def test_systemd_would_say_so(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    assert told in verified(tmp_path / "units", change)[1]


# -- Kubernetes --------------------------------------------------------------------------------


def documents(text: str) -> list[dict[str, Any]]:
    yaml = pytest.importorskip("yaml", reason="install the dev dependencies anew")
    return [one for one in yaml.safe_load_all(text) if one]


def complaint(document: dict[str, Any]) -> Exception | None:
    """Where a manifest is not as its schema wants it, unknown fields included."""
    validator = pytest.importorskip(
        "kubernetes_validate", reason="install the dev dependencies anew"
    )
    try:
        validator.validate(document, OLDEST_KUBERNETES, strict=True)
    except validator.ValidationError as error:
        found: Exception = error
        return found
    return None


@pytest.mark.parametrize("path", MANIFESTS, ids=[path.name for path in MANIFESTS])
def test_kubernetes_takes_each_manifest(path: Path) -> None:
    assert {complaint(one) for one in documents(path.read_text("utf-8"))} == {None}


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        ("nights.yaml", "schedule:", "shedule:", "shedule"),
        ("nights.yaml", "completions: 16", "completions: many", "many"),
        ("listener.yaml", "serviceName:", "servicename:", "servicename"),
        ("listener.yaml", "containerPort: 8080", "containerPort: http", "http"),
        ("settings.yaml", "stringData:", "stringsData:", "stringsData"),
    ],
)
def test_kubernetes_would_refuse_it(file: str, before: str, after: str, told: str) -> None:
    text = (EXAMPLES / "kubernetes" / file).read_text("utf-8")
    assert before in text
    broken = documents(text.replace(before, after))
    refused = [str(error) for one in broken if (error := complaint(one))]
    assert len(refused) == 1
    assert told in refused[0]


def found(kind: str) -> dict[str, Any]:
    (one,) = [
        document
        for path in MANIFESTS
        for document in documents(path.read_text("utf-8"))
        if document["kind"] == kind
    ]
    return one


def test_every_company_has_a_pod_and_each_pod_the_folder_of_its_shard() -> None:
    job = found("CronJob")["spec"]["jobTemplate"]["spec"]
    (container,) = job["template"]["spec"]["containers"]
    assert job["completionMode"] == "Indexed"
    assert job["completions"] == job["parallelism"]
    for index in range(job["completions"]):
        words = [one.replace("$(JOB_COMPLETION_INDEX)", str(index)) for one in container["args"]]
        parse(words)
        assert f"{index}/{job['completions']}" in words
    assert container["volumeMounts"][0]["subPathExpr"] == "shard-$(JOB_COMPLETION_INDEX)"
    assert found("CronJob")["spec"]["concurrencyPolicy"] == "Forbid"


def test_a_listener_and_its_nights_share_one_store_and_nothing_is_done_as_root() -> None:
    spec = found("StatefulSet")["spec"]
    pod = spec["template"]["spec"]
    listener, nights = pod["containers"]
    parse(listener["args"])
    assert listener["volumeMounts"] == nights["volumeMounts"]
    assert spec["replicas"] == 1
    assert listener["livenessProbe"]["httpGet"]["path"] == "/healthz"
    job = found("CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    for one in (pod, job):
        assert one["securityContext"]["runAsNonRoot"] is True
        for container in (*one["containers"], *one.get("initContainers", [])):
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
    (port,) = found("Service")["spec"]["ports"]
    assert port["targetPort"] == listener["ports"][0]["name"]
    assert found("Service")["spec"]["selector"] == spec["template"]["metadata"]["labels"]


# -- containers, tunnels, logs -----------------------------------------------------------------


def test_the_container_has_a_base_by_name_a_volume_and_no_root() -> None:
    text = (EXAMPLES / "container" / "Containerfile").read_text("utf-8").replace("\\\n", "")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line[:1].isupper()]
    bases = {rest.split()[0] for name, rest in lines if name == "FROM"}
    assert len(bases) == 1
    assert re.fullmatch(r"docker\.io/library/python:3\.\d+-slim-\w+", *bases)
    said = dict(lines)
    assert said["USER"] == "10001:10001"
    assert said["VOLUME"] == "/var/lib/obctl"
    parse(json.loads(said["CMD"]))
    assert "/healthz" in json.loads(said["HEALTHCHECK"].partition("CMD ")[2])[2]
    copied = [rest.split()[:-1] for name, rest in lines if name == "COPY" and "--from" not in rest]
    assert all((ROOT / source).exists() for sources in copied for source in sources)


def test_the_tunnel_leads_to_what_graph_posts_and_to_nothing_else() -> None:
    (config,) = documents((EXAMPLES / "cloudflared" / "config.yml").read_text("utf-8"))
    first, last = config["ingress"]
    paths = [path for path in ("/notifications", "/lifecycle") if re.search(first["path"], path)]
    assert paths == ["/notifications", "/lifecycle"]
    for path in ("/metrics", "/healthz", "/notifications/more", "/x/notifications"):
        assert not re.search(first["path"], path)
    assert last == {"service": "http_status:404"}


@needs("cloudflared")
def test_cloudflared_takes_the_tunnel() -> None:
    file = EXAMPLES / "cloudflared" / "config.yml"
    words = ["cloudflared", "tunnel", "--config", str(file), "ingress", "validate"]
    assert subprocess.run(words, capture_output=True, check=False).returncode == 0


@needs("logrotate")
def test_logrotate_keeps_all_that_was_said(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir(mode=0o755)
    text = (EXAMPLES / "logrotate" / "obctl").read_text("utf-8")
    config = tmp_path / "obctl"
    config.write_text(
        text.replace("/var/log/obctl", str(logs)).replace("    su obctl obctl\n", ""), "utf-8"
    )
    config.chmod(0o644)
    told = [f"night {number}: all is well" for number in range(4)]
    program = shutil.which("logrotate", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program is not None
    for line in told:
        with (logs / "contoso.log").open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
        words = [program, "--force", "--state", str(tmp_path / "state"), str(config)]
        done = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
        assert (done.returncode, done.stderr) == (0, "")
    kept = [
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in logs.iterdir()
    ]
    assert sorted(b"".join(kept).decode().splitlines()) == told


@needs("gzip")
def test_what_is_removed_from_the_log_is_in_the_archive_first(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "archive"
    folder.mkdir()
    settings = {"graph.url": "http://127.0.0.1:9/v1.0", "graph.credential": "token"}
    path = create_company(home, "contoso", settings).store_path
    store = open_store(path)
    with store.transaction():
        write_log(
            store,
            [make_log_entry("event.created", message=f"entry {number}") for number in range(5)],
        )
    before = {entry.message for entry in search_log(store, LogFilter())}
    store.close()
    program = tmp_path / "obctl"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m obctl "$@"\n', "utf-8")
    program.chmod(0o755)
    environment = os.environ | {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "OBCTL_HOME": str(home),
        "OBCTL_NOW": f"{NOW.year + 3}-01-01T00:00:00Z",
    }
    script = str(EXAMPLES / "logrotate" / "log_archive.sh")
    words = ["sh", script, "contoso", str(folder), "400d"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (archive,) = folder.iterdir()
    lines = gzip.decompress(archive.read_bytes()).decode().splitlines()
    archived = {json.loads(line)["message"] for line in lines}
    store = open_store(path)
    left = {entry.message for entry in search_log(store, LogFilter())}
    store.close()
    assert before <= archived
    assert not before & left
    missing = subprocess.run(
        ["sh", script, "contoso", str(tmp_path / "nowhere")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert missing.returncode != 0
    store = open_store(path)
    assert {entry.message for entry in search_log(store, LogFilter())} >= left
    store.close()
