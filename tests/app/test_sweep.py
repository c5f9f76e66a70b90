"""What is taken out of a closed session, in the version of Streamlit that is installed."""

from __future__ import annotations

import asyncio
import logging
from weakref import ref

import pytest
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner.script_cache import ScriptCache

from vitviz.app import sweep


class Run:
    """What a session shows."""


async def session_that_shows(run: Run) -> AppSession:
    files = MemoryUploadedFileManager("/files")
    session = AppSession(ScriptData("app.py", is_hello=False), files, ScriptCache(), None, {})
    session.session_state["run"] = run
    session._fragment_storage.register("fragment", lambda: run)
    return session


def test_a_closed_session_holds_no_run(caplog: pytest.LogCaptureFixture) -> None:
    run = Run()
    alive, session = ref(run), asyncio.run(session_that_shows(run))
    del run
    assert alive() is not None
    sweep.empty(session)
    assert alive() is None
    assert sweep.log.name not in {record.name for record in caplog.records}


def test_a_session_of_another_version_is_left_as_it_is_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        sweep.empty(object())
    assert [record.getMessage() for record in caplog.records] == [
        "a closed session could not be emptied of its _session_state",
        "a closed session could not be emptied of its _fragment_storage",
    ]
