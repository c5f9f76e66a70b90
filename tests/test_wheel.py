"""The wheel holds all that the package needs, and what is installed from it works in any folder."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import sysconfig
import time
import tomllib
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from vitviz.samples import SAMPLES

ROOT = Path(__file__).parents[1]
START = 90  # seconds within which the app has to answer


def pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *arguments], check=True, cwd=ROOT)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir", str(folder), ".")
    [path] = folder.glob("vitviz-*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of a fresh environment with the wheel; torch and the rest are borrowed, not copied."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=False)
    pip("--python", str(folder), "install", "--no-deps", "--no-index", str(wheel))
    [packages] = folder.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder / "bin"


def environment() -> dict[str, str]:
    """Without what would let the clone be found."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def run(folder: Path, *command: str | Path) -> str:
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def files_below(folder: str) -> set[str]:
    paths = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return {path.relative_to(ROOT).as_posix() for path in paths if "__pycache__" not in path.parts}


def test_the_wheel_holds_every_file_of_the_package_and_the_assets(wheel: Path) -> None:
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    shipped = {f"vitviz/_shipped/{name}" for name in files_below("assets") | {".streamlit/config.toml"}}
    assert held == files_below("vitviz") | shipped
    kinds = {Path(name).suffix for name in held}
    assert {".py", ".typed", ".js", ".css", ".toml", ".safetensors", ".json", ".webp"} <= kinds


def test_what_is_installed_traces_a_picture_in_another_folder(installed: Path, tmp_path: Path) -> None:
    code = (
        "import sys, vitviz, vitviz.samples as samples\n"
        "assert vitviz.__file__.startswith(sys.prefix), vitviz.__file__\n"
        "assert 'torch' not in sys.modules\n"
        "model = vitviz.load_model('vit-tiny')\n"
        "assert model.trained\n"
        "trace = vitviz.trace(model, samples.SAMPLES[0].path, vitviz.zero_head(3, 1))\n"
        "print(tuple(trace['blocks.3.pattern'].shape), vitviz.__version__)\n"
    )
    version = Requirement(f"vitviz=={run(tmp_path, installed / 'vitviz', '--version').split()[1]}")
    out = run(tmp_path, installed / "python", "-c", code)
    assert out.startswith("(1, 3, 197, 197) ")
    assert version.specifier.contains(out.split()[-1])


def test_the_command_is_installed(installed: Path, tmp_path: Path) -> None:
    assert "vit-tiny" in run(tmp_path, installed / "vitviz", "models")
    out = run(tmp_path, installed / "vitviz", "trace", SAMPLES[0].path, "--model", "swin-mini")
    assert "(1, 56, 56, 48)" in out


@pytest.fixture
def address(installed: Path, tmp_path: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [str(installed / "vitviz"), "app", "--port", str(port)]
    log = tmp_path / "log.txt"
    with log.open("w") as out:
        server = subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=out, stderr=out)
    try:
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)
        print(log.read_text())  # pytest shows it where a test failed


def test_the_app_starts_from_another_folder(address: str) -> None:
    """It answers its health route and its page, and with our configuration: a host page may not be told of it."""
    end = time.monotonic() + START
    while True:
        try:
            assert urllib.request.urlopen(f"{address}/_stcore/health", timeout=5).read() == b"ok"
            break
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < end, "the app does not answer"
            time.sleep(0.2)
    assert b"<title>" in urllib.request.urlopen(address, timeout=10).read()


def test_the_pins_of_the_tests_are_inside_the_ranges_of_the_package() -> None:
    """Each thing that the package names is installed by the README's commands or is an extra of its own."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    ranges = {
        r.name: r for r in map(Requirement, [*project["dependencies"], *extras["app"], *extras["plot"]])
    }
    dev = {r.name: r for r in map(Requirement, extras["dev"]) if r.name != "vitviz"}
    assert pinned("requirements.txt").keys() == ranges.keys()
    assert pinned("requirements-dev.txt").keys() == dev.keys()
    for name, requirement in (pinned("requirements.txt") | pinned("requirements-dev.txt")).items():
        wanted = {**ranges, **dev}[name].specifier
        for part in requirement.specifier:
            assert part.operator != "==" or wanted.contains(part.version), f"{requirement} is not in {wanted}"
            assert part.operator == "==" or part in wanted, f"{requirement} is not {wanted}"


def pinned(file: str) -> dict[str, Requirement]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return {r.name: r for r in (Requirement(line) for line in lines if line and line[0] not in "#-")}
