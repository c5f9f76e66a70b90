"""A model from a hub, by ``owner/name``: through ``huggingface_hub``, with its cache, its mirrors and its offline mode.

Only the files that are needed are fetched: the configurations and the weights, pickles only where nothing else is.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from vitviz.images import Preprocessing
from vitviz.zoo.checkpoint import Configuration, load_found
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.model import Model
from vitviz.zoo.read.folder import CONFIG, PREPROCESSOR, Found, find_files, weights_of
from vitviz.zoo.read.shards import shard_of
from vitviz.zoo.source import Progress, Source

if TYPE_CHECKING:
    from huggingface_hub.hf_api import ModelInfo

TIMEOUT = 15.0  # seconds until a hub that does not answer counts as out of reach
CHUNK = 1 << 20


class _File(NamedTuple):
    """What a hub says of one of its files."""

    size: int
    sha256: str | None


def load_hub(
    name: str,
    revision: str | None,
    config: Configuration | None,
    preprocessing: Preprocessing | None,
    progress: Progress,
) -> Model:
    """The model ``name`` of a hub, at ``revision`` (a branch, a tag or a commit; else the newest).

    Raises:
        CheckpointError: if it cannot be had, or is not understood.
    """
    with _one_sentence(name, revision):
        info = _info(name, revision)
        found, commit = _cached(name, revision) if info is None else _fetched(name, info, revision, progress)
    return load_found(found, name, Source("hub", name, commit), config, preprocessing, progress)


def _info(name: str, revision: str | None) -> ModelInfo | None:
    """What the hub says of the model; None where the hub is out of reach."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    try:
        return HfApi().model_info(name, revision=revision, files_metadata=True, timeout=TIMEOUT)
    except HfHubHTTPError as error:
        if error.response.status_code < 500:
            raise
    except OfflineModeIsEnabled:
        pass
    except Exception as error:  # the errors of whichever http library huggingface_hub uses
        if not _is_out_of_reach(error):
            raise
    return None


def _is_out_of_reach(error: BaseException) -> bool:
    """Whether an error says that a server did not answer."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return bool(names & {"TransportError", "ConnectionError", "TimeoutException", "Timeout"})


def _cached(name: str, revision: str | None) -> tuple[Found, str]:
    """The files of an earlier time, without asking the hub."""
    from huggingface_hub import constants, try_to_load_from_cache

    config = try_to_load_from_cache(name, CONFIG, revision=revision)
    if not isinstance(config, str):
        raise CheckpointError("hub_offline" if constants.is_offline_mode() else "hub_unreachable", name=name)
    folder = Path(config).parent
    try:
        found = find_files(folder)
        if found.weights.name.endswith(".index.json"):
            missing = [file for file in shard_of(found.weights).values() if not (folder / file).is_file()]
            if missing:
                raise CheckpointError("no_such_file", file=missing[0])
    except CheckpointError as error:
        raise CheckpointError("hub_incomplete", name=name) from error
    return found, folder.name


def _fetched(name: str, info: ModelInfo, revision: str | None, progress: Progress) -> tuple[Found, str]:
    """The files of the commit that the hub says is meant, from the cache or from the hub."""
    files = {
        sibling.rfilename: _File(sibling.size or 0, sibling.lfs.sha256 if sibling.lfs else None)
        for sibling in info.siblings or ()
        if "/" not in sibling.rfilename
    }
    commit = str(info.sha)
    weights = weights_of(files, name)
    fetch = _Fetch(name, commit, files, progress)
    beside = {file: fetch.file(file) for file in (CONFIG, PREPROCESSOR) if file in files}
    path = fetch.file(weights)
    if weights.endswith(".index.json"):
        fetch.all(sorted(set(shard_of(path).values())))
    fetch.remember(next(iter(beside), weights), revision)
    return Found(path, beside.get(CONFIG), beside.get(PREPROCESSOR)), commit


class _Fetch:
    """Fetches files of one commit and tells how many bytes of all there are."""

    def __init__(self, name: str, commit: str, files: dict[str, _File], progress: Progress) -> None:
        self.name, self.commit, self.files, self.progress = name, commit, files, progress
        self.done = 0
        self.total = 0

    def all(self, names: list[str]) -> None:
        """Fetch several files."""
        self.total += sum(self.files[name].size for name in names if name in self.files)
        for name in names:
            self.file(name, counted=True)

    def file(self, file: str, counted: bool = False) -> Path:
        """The path of a file in the cache; what is fetched is held against its hash."""
        from huggingface_hub import hf_hub_download, try_to_load_from_cache
        from huggingface_hub.errors import RemoteEntryNotFoundError

        known = self.files.get(file)
        if known is None:
            raise CheckpointError("hub_missing_file", name=self.name, file=file)
        self.total += 0 if counted else known.size
        self.progress("download", self.done, self.total)
        there = try_to_load_from_cache(self.name, file, revision=self.commit)
        if not isinstance(there, str):
            bar = _bar(self)
            try:
                there = hf_hub_download(self.name, file, revision=self.commit, tqdm_class=bar)
            except RemoteEntryNotFoundError as error:
                raise CheckpointError("hub_missing_file", name=self.name, file=file) from error
            if known.sha256 is not None and _sha256(Path(there)) != known.sha256:
                Path(there).resolve().unlink(missing_ok=True)
                Path(there).unlink(missing_ok=True)
                raise CheckpointError("hub_wrong_hash", name=self.name, file=file)
        self.done += known.size
        self.progress("download", self.done, self.total)
        return Path(there)

    def remember(self, file: str, revision: str | None) -> None:
        """Keep in the cache which commit a branch or tag was, for the day on which nobody can be asked.

        huggingface_hub does it for a file that it fetches by that name; this one is there already.
        """
        from huggingface_hub import hf_hub_download

        hf_hub_download(self.name, file, revision=revision)


def _bar(fetch: _Fetch) -> Any:
    """A progress bar as huggingface_hub wants one, which calls ``progress`` and prints nothing."""

    class Bar:
        def __init__(self, *args: object, initial: int = 0, **settings: object) -> None:
            self.n = initial

        def update(self, count: int | None = 1) -> None:
            self.n += count or 0
            fetch.progress("download", fetch.done + self.n, fetch.total)

        def set_description(self, *args: object, **settings: object) -> None:
            """Nothing is printed."""

        def close(self) -> None:
            """Nothing is held open."""

        def __enter__(self) -> Self:
            return self

        def __exit__(
            self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
        ) -> None:
            self.close()

    return Bar


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def _one_sentence(name: str, revision: str | None) -> Iterator[None]:
    """Turn what huggingface_hub raises into a ``CheckpointError``."""
    try:
        from huggingface_hub import errors
    except ImportError as error:
        raise CheckpointError("hub_not_installed", name=name) from error
    try:
        yield
    except CheckpointError:
        raise
    except errors.GatedRepoError as error:
        raise CheckpointError("hub_gated", name=name) from error
    except errors.RevisionNotFoundError as error:
        raise CheckpointError("hub_no_revision", name=name, revision=revision) from error
    except errors.LocalEntryNotFoundError as error:
        raise CheckpointError("hub_unreachable", name=name) from error
    except (errors.RepositoryNotFoundError, errors.HFValidationError) as error:
        raise CheckpointError("hub_not_found", name=name) from error
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        code = "hub_gated" if status in {401, 403} else "hub_refused"
        raise CheckpointError(
            code, name=name, **({} if code == "hub_gated" else {"status": status})
        ) from error
    except OSError as error:
        raise _of_disk(error, name) from error
    except Exception as error:
        if not _is_out_of_reach(error):
            raise
        raise CheckpointError("hub_unreachable", name=name) from error


def _of_disk(error: OSError, name: str) -> CheckpointError:
    """What went wrong while a file was written."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return CheckpointError("disk_full", name=name)
    if "Consistency check failed" in str(error):
        return CheckpointError("hub_wrong_size", name=name)
    if _is_out_of_reach(error):
        return CheckpointError("hub_unreachable", name=name)
    return CheckpointError("hub_disk", name=name)
