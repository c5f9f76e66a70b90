"""Which pages there are, in four places; the module of a page is imported when the page is first shown."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping

import streamlit as st

from vitviz.app import links
from vitviz.app.words import say, table

FIRST = "path/start"
# Each page is a topic of its own, or a step of one: ``path/start`` is the module ``start`` of the topic ``path``.
# In a place with many pages those that take up one thing stand together, under a word for it.
GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    "path": {
        "": (
            FIRST, "path/cut", "path/token", "path/sequence", "path/norm",
            "path/weights", "path/block", "path/scores", "path/windows", "path/stages",
        ),
    },
    "explore": {
        "input": ("overview", "patches", "position"),
        "attention": ("attention", "swin_reach", "swin_shift"),
        "tokens": ("layer_norm", "norm_depth", "stream", "mlp"),
        "classes": ("lens", "attribution", "class_scores", "loss"),
        "why": ("interventions", "class_maps", "likeness", "atlas"),
    },
    "workshop": {"": ("convolution", "memory_layout", "matmul", "operations", "norm_lab", "swin_cost")},
    "more": {
        "scenes": ("detection", "segmentation", "training"),
        "sequences": ("families", "translation", "text", "recommendation"),
    },
}  # fmt: skip
PLACES = {
    place: tuple(topic for topics in groups.values() for topic in topics) for place, groups in GROUPS.items()
}
TOPICS = tuple(topic for topics in PLACES.values() for topic in topics)
# Pages that take up the same thing, in the order in which they are offered.
RELATED: dict[str, tuple[str, ...]] = {
    "path/start": ("overview",),
    "path/cut": ("patches", "convolution"),
    "path/token": ("patches", "convolution", "matmul"),
    "path/sequence": ("position", "overview"),
    "path/norm": ("layer_norm", "norm_depth", "norm_lab"),
    "path/weights": ("attention", "overview"),
    "path/block": ("mlp", "stream", "overview"),
    "path/scores": ("class_scores", "loss", "attribution", "lens"),
    "path/windows": ("swin_shift", "swin_reach", "swin_cost"),
    "path/stages": ("swin_shift", "overview"),
    "overview": ("path/start", "attention", "stream", "class_scores"),
    "patches": ("path/token", "convolution", "position"),
    "attention": ("path/weights", "swin_reach", "interventions", "attribution", "overview"),
    "layer_norm": ("path/norm", "norm_depth", "norm_lab"),
    "norm_depth": ("path/norm", "layer_norm", "stream"),
    "position": ("path/sequence", "patches", "attention"),
    "stream": ("path/block", "mlp", "norm_depth", "attribution"),
    "mlp": ("path/block", "stream", "attribution"),
    "class_scores": ("path/scores", "loss", "attribution", "lens"),
    "loss": ("path/scores", "class_scores", "training", "attribution", "class_maps"),
    "lens": ("path/scores", "attribution", "class_scores", "stream"),
    "attribution": ("path/scores", "interventions", "class_maps", "lens", "stream", "mlp", "attention"),
    "interventions": ("class_maps", "attribution", "attention", "stream", "mlp"),
    "class_maps": ("interventions", "attribution", "lens", "attention", "loss"),
    "likeness": ("attention", "lens", "norm_depth", "position"),
    "atlas": ("attention", "mlp", "norm_depth", "swin_reach"),
    "swin_shift": ("path/windows", "path/stages", "swin_reach", "swin_cost"),
    "swin_reach": ("path/windows", "swin_shift", "attention"),
    "convolution": ("path/token", "patches", "memory_layout", "matmul"),
    "memory_layout": ("convolution", "matmul", "path/cut"),
    "matmul": ("operations", "memory_layout", "convolution"),
    "operations": ("matmul",),
    "norm_lab": ("path/norm", "layer_norm"),
    "swin_cost": ("path/windows", "swin_shift"),
    "detection": ("segmentation", "attention", "loss"),
    "segmentation": ("detection", "swin_shift", "swin_reach", "loss"),
    "training": ("loss", "position", "attention", "families"),
    "families": ("translation", "text", "attention", "swin_cost"),
    "translation": ("families", "text", "attention", "detection"),
    "text": ("families", "translation", "path/weights", "attention", "layer_norm"),
    "recommendation": ("families", "attention", "loss"),
}
# Pages of models that know only a world of their own: neither the chosen picture nor the chosen model is used.
OWN_WORLD = "more"
OBJECTS = "pages"  # where a session keeps Streamlit's own objects of them
# What stood at a page's address before it had one of its own: a link with a setting of it leads on.
FORMERLY_AT: dict[str, tuple[str, ...]] = {
    FIRST: ("overview",),
    "stream": ("attribution", "mlp"),
    "loss": ("class_scores",),
    "layer_norm": ("norm_depth",),
}


def import_page(topic: str) -> Callable[[], None]:
    """The function that shows a topic's page."""
    folder, _, step = topic.partition("/")
    show: Callable[[], None] = importlib.import_module(f"vitviz.app.topics.{folder}.{step or 'page'}").show
    return show


def address_of(topic: str) -> str:
    """The path of a topic's page, relative to the app's; that of the first page is empty."""
    return "" if topic == FIRST else topic.replace("_", "-").replace("/", "-")


def place_of(topic: str) -> str:
    """Which of the four places a page is in."""
    return next(place for place, topics in PLACES.items() if topic in topics)


def own_world(topic: str) -> str:
    """The key of the sentence on what the models of a page know, where that is no photograph; else ""."""
    if place_of(topic) != OWN_WORLD:
        return ""
    group = next(group for group, topics in GROUPS[OWN_WORLD].items() if topic in topics)
    return f"sidebar.own_world.{group}"


def title(topic: str, *, grouped: bool = False) -> str:
    """What a page is called, in the language of the person; ``grouped`` after the word of its group."""
    key = f"nav.{topic.replace('/', '_')}"
    return say(f"{key}.grouped" if grouped and f"{key}.grouped" in table() else key)


def navigate() -> tuple[str, st.Page]:
    """Begin the run of the page that is open: its topic, and Streamlit's page to run."""
    made = {topic: _page(topic) for topic in TOPICS}
    st.session_state[OBJECTS] = made
    opened = st.navigation(list(made.values()), position="hidden")
    topic = next(topic for topic, page in made.items() if page.url_path == opened.url_path)
    query = links.as_now(st.query_params.to_dict())
    if (now := leads_to(topic, query)) != topic:
        st.switch_page(made[now], query_params=query)
    return topic, opened


def leads_to(topic: str, query: Mapping[str, str]) -> str:
    """The topic that a link to a page means: another one, where it has a setting of what stood there before."""
    meant = (
        other for other in FORMERLY_AT.get(topic, ()) if any(name.startswith(f"{other}.") for name in query)
    )
    return next(meant, topic)


def link(topic: str, label: str = "", query: Mapping[str, str] | None = None) -> None:
    """A link to a page; what is chosen stays chosen there, or with ``query`` is what that says."""
    objects = st.session_state.get(OBJECTS)
    if objects:  # a page that runs alone has no others to lead to
        st.page_link(objects[topic], label=label or title(topic), query_params=query)


def _page(topic: str) -> st.Page:
    def show() -> None:
        import_page(topic)()

    return st.Page(show, title=title(topic), url_path=address_of(topic), default=topic == FIRST)
