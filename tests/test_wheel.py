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
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import vitviz
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
    shipped = {
        f"vitviz/_shipped/{name}"
        for name in files_below("assets") | files_below("lessons") | {".streamlit/config.toml"}
    }
    assert held == files_below("vitviz") | shipped
    kinds = {Path(name).suffix for name in held}
    assert {".py", ".typed", ".js", ".css", ".toml", ".safetensors", ".json", ".jpg", ".png"} <= kinds


def test_what_is_installed_is_found_from_another_folder(installed: Path, tmp_path: Path) -> None:
    """The very copy in the environment, with its weights and pictures, and without torch until it is needed."""
    code = (
        "import sys, vitviz, vitviz.samples, vitviz.zoo.registry\n"
        "print(vitviz.__file__, vitviz.samples.SAMPLES[0].path, vitviz.zoo.registry.ASSETS)\n"
        "print(vitviz.__version__, [entry.trained for entry in vitviz.list_models()][:2], 'torch' in sys.modules)\n"
    )
    places, facts = run(tmp_path, installed / "python", "-c", code).splitlines()
    assert all(Path(place).is_relative_to(installed.parent) for place in places.split())
    assert facts == f"{vitviz.__version__} [True, True] False"


def test_the_installed_command_traces_a_picture(installed: Path, tmp_path: Path) -> None:
    out = run(tmp_path, installed / "vitviz", "trace", SAMPLES[0].path, "--model", "swin-mini")
    assert "(1, 56, 56, 48)" in out


def test_the_extra_notebook_is_all_that_a_notebook_needs(wheel: Path, installed: Path) -> None:
    """pip finds what the extra names, and nothing of it is missing."""
    pip = [sys.executable, "-m", "pip", "--python", str(installed / "python")]
    install = [*pip, "install", "--no-index", "--dry-run", f"{wheel}[notebook]"]
    done = subprocess.run(install, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "does not provide the extra" not in done.stderr
    assert "anywidget" in done.stdout
    metadata = next(
        zipfile.ZipFile(wheel).read(name).decode()
        for name in zipfile.ZipFile(wheel).namelist()
        if name.endswith(".dist-info/METADATA")
    )
    named = [line for line in metadata.splitlines() if line.endswith("extra == 'notebook'")]
    assert len(named) == 1
    assert named[0].startswith("Requires-Dist: anywidget")


WIDGETS = """
import sys, vitviz
from vitviz.samples import SAMPLES
from vitviz.web.views.of_run import VIEWS
for name, views in (("vit-tiny", ["attention", *VIEWS]), ("swin-mini", ["attention", "shift"])):
    run = vitviz.trace(vitviz.load_model(name), SAMPLES[0].path)
    for view in views:
        if view == "shift" and name == "vit-tiny":
            continue
        widget = run.show(view=view)
        assert "data:image/png" in widget.still_data()["text/html"]
        assert "export default" in widget._esm and ".vv" in widget._css
        run.save_html("a.html", view=view)
print(sorted(name for name in sys.modules if name == "streamlit" or name.startswith("vitviz.app")))
"""


def test_every_widget_and_file_is_made_from_the_wheel_without_the_app(
    installed: Path, tmp_path: Path
) -> None:
    assert run(tmp_path, installed / "python", "-c", WIDGETS) == "[]\n"


class Server(NamedTuple):
    """The running app."""

    address: str
    process: subprocess.Popen[bytes]


@pytest.fixture
def server(installed: Path, tmp_path: Path) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [str(installed / "vitviz"), "app", "--port", str(port)]
    log = tmp_path / "log.txt"
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=out, stderr=out)
    try:
        yield Server(f"http://localhost:{port}", process)
    finally:
        process.terminate()
        process.wait(timeout=20)
        print(log.read_text())  # pytest shows it where a test failed


def test_the_app_starts_from_another_folder(server: Server) -> None:
    """Its health route and its page answer."""
    end = time.monotonic() + START
    while True:
        try:
            assert urllib.request.urlopen(f"{server.address}/_stcore/health", timeout=5).read() == b"ok"
            break
        except (urllib.error.URLError, ConnectionError):
            assert server.process.poll() is None, "the app has ended"
            assert time.monotonic() < end, "the app does not answer"
            time.sleep(0.2)
    assert b"<title>" in urllib.request.urlopen(server.address, timeout=10).read()


def test_the_pins_of_the_tests_are_inside_the_ranges_of_the_package() -> None:
    """The README's commands install what the package and its extras name, in a version that these allow."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    named = by_name([*project["dependencies"], *extras["app"], *extras["plot"], *extras["hub"]])
    named_dev = by_name([*extras["dev"], *extras["workshop"], *extras["notebook"], *extras["ray"]])
    del named_dev["vitviz"]
    installed = by_name(lines_of("requirements.txt"))
    installed_dev = by_name(lines_of("requirements-dev.txt"))
    assert installed.keys() == named.keys()
    assert installed_dev.keys() == named_dev.keys()
    for name, requirement in (installed | installed_dev).items():
        allowed, pins = (named | named_dev)[name].specifier, list(requirement.specifier)
        pinned = len(pins) == 1 and pins[0].operator == "==" and allowed.contains(pins[0].version)
        assert pinned or requirement.specifier == allowed, f"{requirement} is not {allowed}"


def test_the_lock_pins_a_version_inside_every_range() -> None:
    pinned = by_name(lines_of("requirements-lock.txt"))
    assert all([each.operator for each in requirement.specifier] == ["=="] for requirement in pinned.values())
    for name, requirement in by_name(lines_of("requirements.txt")).items():
        [pin] = pinned[canonicalize_name(name)].specifier
        assert requirement.specifier.contains(pin.version), f"{requirement} does not allow {pin.version}"


def by_name(lines: Iterable[str]) -> dict[str, Requirement]:
    return {requirement.name: requirement for requirement in map(Requirement, lines)}


def lines_of(file: str) -> list[str]:
    return [
        line
        for line in (ROOT / file).read_text(encoding="utf-8").splitlines()
        if line and line[0] not in "#-"
    ]
