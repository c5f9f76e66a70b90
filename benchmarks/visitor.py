"""A browser tab without a browser: it speaks Streamlit's protocol over a websocket, and the app's script really runs.

It keeps every element that it was sent, so that its caller can read what the page says.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
import time
import urllib.error
import urllib.request
import uuid
from http.cookies import SimpleCookie
from typing import Any

import numpy as np
from PIL import Image
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import FileUploaderState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from vitviz.payload import unpack_data

PATIENCE = 240.0  # seconds
BAR = 'class="b"'  # in the HTML of the prediction
STOPPED_FOR_RERUN = 2
AGAIN = 3  # times
GONE = 410  # the answer for numbers that are not kept any more


class Visitor:
    """One person. ``faults`` lists what went wrong: exceptions on the page, refused requests."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self.query = ""
        self.faults: list[str] = []
        self._widgets: dict[str, WidgetState] = {}
        self._elements: dict[tuple[int, ...], Any] = {}
        self._page, self._session, self._xsrf = "", "", ""

    async def arrive(self) -> None:
        """Connect, as a tab does that was just opened."""
        headers = await asyncio.to_thread(self._health)
        cookie = SimpleCookie(headers)
        self._xsrf = cookie["_streamlit_xsrf"].value if "_streamlit_xsrf" in cookie else ""
        self._socket: ClientConnection = await connect(
            self.address.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=[Subprotocol("streamlit"), Subprotocol(self._xsrf or "none")],
            additional_headers={"Cookie": f"_streamlit_xsrf={self._xsrf}"},
            max_size=None,
            ping_interval=None,
        )

    async def leave(self) -> None:
        """Close the tab."""
        await self._socket.close()

    def vanish(self) -> None:
        """End as a browser does that is killed, without a word."""
        self._socket.transport.abort()

    def _health(self) -> str:
        with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=PATIENCE) as answer:
            return str(answer.headers.get("Set-Cookie", ""))

    async def run(self, page: str = "") -> dict[str, float]:
        """Open a page, by default the one that is open, and take in what comes until it is whole.

        Returns after how many seconds the prediction was there (if it is on the page) and the whole page.
        """
        begun = time.perf_counter()
        await self.ask(page)
        return await self._listen(begun)

    async def ask(self, page: str = "") -> None:
        """Ask for a run and do not wait for it."""
        message = BackMsg()
        state: ClientState = message.rerun_script
        state.query_string, state.page_name = self.query, page
        state.page_script_hash = "" if page else self._page
        state.widget_states.widgets.extend(self._widgets.values())
        state.context_info.timezone, state.context_info.locale = "UTC", "en"
        state.context_info.url = f"{self.address}/"
        await self._socket.send(message.SerializeToString())
        pressed = [key for key, state in self._widgets.items() if state.HasField("trigger_value")]
        for key in pressed:
            del self._widgets[key]

    async def _listen(self, begun: float) -> dict[str, float]:
        after: dict[str, float] = {}
        new = False
        while True:
            message = ForwardMsg()
            data = await asyncio.wait_for(self._socket.recv(decode=False), PATIENCE)
            message.ParseFromString(data)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                new = True
                self._session = message.new_session.initialize.session_id or self._session
                self._page = message.new_session.page_script_hash or self._page
                self._elements = {}
            elif kind == "delta":
                self._take(message)
                element = message.delta.new_element
                if element.WhichOneof("type") == "html" and BAR in element.html.body:
                    after.setdefault("prediction", time.perf_counter() - begun)
            elif kind == "script_finished" and new and message.script_finished != STOPPED_FOR_RERUN:
                return after | {"page": time.perf_counter() - begun}

    def _take(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind is None:
            return
        self._elements[tuple(message.metadata.delta_path)] = element
        if (
            kind == "selectbox" and element.selectbox.set_value
        ):  # as the browser does: it is sent back from then on
            self.choose(element.selectbox.id, element.selectbox.raw_value)
        if kind == "exception":
            self.faults.append(f"exception: {element.exception.message[:200]}")

    def elements(self, kind: str) -> list[Any]:
        """All elements of a kind that are on the page."""
        return [getattr(each, kind) for each in self._elements.values() if each.WhichOneof("type") == kind]

    def choose(self, widget: str, text: str) -> None:
        """Choose an entry of a select box; the next run sends it."""
        self._widgets[widget] = WidgetState(id=widget, string_value=text)

    def press(self, key: str) -> None:
        """Press the button with that key; the next run sends it, once."""
        (button,) = (each for each in self.elements("button") if each.id.endswith(f"-{key}"))
        self._widgets[button.id] = WidgetState(id=button.id, trigger_value=True)

    def choose_model(self, title: str) -> None:
        """Choose a model by its title."""
        for box in self.elements("selectbox"):
            for option in box.options:
                if option.startswith(f"{title} (") or option.endswith(
                    f" \u00b7 {title}"
                ):  # the group's place changed
                    self.choose(box.id, option)
                    return
        raise LookupError(title)

    async def upload(self, name: str, content: bytes) -> None:
        """Send a picture as the file widget does; the next run shows it."""
        request = BackMsg()
        request.file_urls_request.request_id = uuid.uuid4().hex
        request.file_urls_request.session_id = self._session
        request.file_urls_request.file_names.append(name)
        await self._socket.send(request.SerializeToString())
        while True:
            message = ForwardMsg()
            message.ParseFromString(await asyncio.wait_for(self._socket.recv(decode=False), PATIENCE))
            if message.WhichOneof("type") == "file_urls_response":
                break
        urls = message.file_urls_response.file_urls[0]
        await asyncio.to_thread(self._put, urls.upload_url, name, content)
        state = FileUploaderState()
        file = state.uploaded_file_info.add()
        file.name, file.size, file.file_id = name, len(content), urls.file_id
        file.file_urls.CopyFrom(urls)
        widget = self.elements("file_uploader")[0].id
        self._widgets[widget] = WidgetState(id=widget, file_uploader_state_value=state)

    def _put(self, path: str, name: str, content: bytes) -> None:
        edge = uuid.uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        request = urllib.request.Request(
            f"{self.address}/{path.lstrip('/')}",
            head.encode() + content + f"\r\n--{edge}--\r\n".encode(),
            {
                "Content-Type": f"multipart/form-data; boundary={edge}",
                "X-Xsrftoken": self._xsrf,
                "Cookie": f"_streamlit_xsrf={self._xsrf}",
            },
            method="PUT",
        )
        urllib.request.urlopen(request, timeout=PATIENCE).close()

    def prediction(self) -> list[tuple[str, str]]:
        """The classes that the page names, with their per cent."""
        for html in self.elements("html"):
            if BAR in html.body:
                return re.findall(r"<tr><td>([^<]*)</td>.*?([\d.]+) %", html.body)
        return []

    def explorer(self) -> dict[str, Any]:
        """What the explorer on the page was given."""
        for part in self.elements("bidi_component"):
            if "explorer" in part.component_name:
                # The first versions sent JSON.
                described: dict[str, Any] = (
                    unpack_data(part.bytes) if part.bytes else json.loads(part.mixed.json or part.json)
                )
                return described
        return {}

    async def layer(self, number: int, page: str) -> bytes:
        """A layer's numbers for the explorer on ``page``, which is open.

        Where the run had to go meanwhile, the page is asked for again, as a browser does; it may have to go once more.
        """
        for _ in range(AGAIN):
            if content := await self.fetch(f"{self.explorer()['url']}/{number}.bin", gone_is_fault=False):
                return content
            await self.run(page)
        return await self.fetch(f"{self.explorer()['url']}/{number}.bin")

    async def fetch(self, path: str, gone_is_fault: bool = True) -> bytes:
        """The bytes at an address of the app; empty where they are refused."""

        def get() -> bytes:
            with urllib.request.urlopen(f"{self.address}/{path}", timeout=PATIENCE) as answer:
                content: bytes = answer.read()
                return content

        try:
            return await asyncio.to_thread(get)
        except urllib.error.HTTPError as error:
            if error.code != GONE or gone_is_fault:
                self.faults.append(f"{error.code} for {path.rpartition('/')[2]}")
            return b""


def own_picture(seed: int, size: tuple[int, int] = (320, 240)) -> bytes:
    """A PNG file of coloured clouds, another for every seed."""
    noise = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC).save(file, "PNG")
    return file.getvalue()
