"""The two rows above every page, which show where one is, and the links below it."""

from __future__ import annotations

import streamlit as st

from vitviz.app import pages
from vitviz.app.words import say

# Streamlit's own bar lies over the top of the page and is nearly empty; the first row stands in its height, between
# what it has on the left and on the right. On a phone both rows are as wide as they are and move sideways.
STYLE = """<style>
[data-testid=stHeader] { background: transparent; pointer-events: none; }
[data-testid=stHeader] > * > * { pointer-events: auto; }
.stMainBlockContainer { padding: .3rem 1.5rem 2rem; max-width: 1500px; }
.stMainBlockContainer h1 { font-size: 1.55rem; padding: .2rem 0 .15rem; }
.stMainBlockContainer h2 { font-size: 1.15rem; padding: .6rem 0 .1rem; }
.stMainBlockContainer h3 { font-size: 1rem; padding: .4rem 0 .1rem; }
.st-key-nav { gap: .1rem; margin-bottom: -.75rem; }
/* Streamlit's containers of links overlap what is above and below them. */
.st-key-nav [data-testid=stElementContainer] { margin: 0; }
.st-key-nav-places, .st-key-nav-pages { gap: .1rem; row-gap: 4px; padding-top: 0; }
.stMainBlockContainer > [data-testid=stVerticalBlock] { gap: .7rem; }
@media (max-width: 640px) {
  .st-key-nav-places, .st-key-nav-pages, [class*=st-key-nav-group-] { flex-wrap: nowrap; }
  .st-key-nav-pages > div, [class*=st-key-nav-group-] { width: max-content; max-width: none; }
  .st-key-nav-places, .st-key-nav-pages { overflow-x: auto; scrollbar-width: none; }
  .st-key-nav-places { min-height: 44px; align-items: center; }
  .st-key-nav .st-key-nav-places a { padding: .05rem .32rem; }
  .st-key-nav .st-key-nav-places a p { font-size: .84rem; } /* four words beside the other language's button */
}
.st-key-nav-places { padding: 0 3rem 0 2.2rem; }
.st-key-nav-places > div, .st-key-nav-pages > div { flex: none; }
.st-key-nav a { padding: .05rem .45rem; margin: 0; min-height: 1.35rem; border-radius: 4px; }
.st-key-nav a p { font-size: .84rem; line-height: 1.3; white-space: nowrap; }
.st-key-nav-places a p { font-size: .95rem; font-weight: 600; }
.st-key-nav-here a { box-shadow: inset 0 -2px 0 #c2570c; border-radius: 0; }
[class*=st-key-nav-group-] { gap: .1rem; align-items: center; }
[class*=st-key-nav-group-] > div { flex: none; }
[class*=st-key-nav-group-] [data-testid=stHtml] { line-height: 0; }
[class*=st-key-nav-group-] [data-testid=stHtml] span {
  position: relative; top: 1px; padding-left: .45rem; font-size: .75rem; line-height: 1.3;
  white-space: nowrap; opacity: .75;
}
.st-key-nav-pages:has([class*=st-key-nav-group-]) { column-gap: 1.1rem; }
.st-key-nav-pages { border-bottom: 1px solid #8886; padding-bottom: .2rem; }
[data-testid=stSelectboxVirtualDropdown] { min-width: min(24rem, 84vw); } /* names are longer than their box */
/* A caption is faded, which makes a badge in it too pale. */
[data-testid=stCaptionContainer]:has(.stMarkdownBadge) { opacity: .9; }
/* Code in colours with a contrast of at least 4.5, which Streamlit's own have not. */
.stApp .stCode pre .token:is(.keyword, .function) { color: light-dark(#1a5fb4, #7ab8ff); }
.stApp .stCode pre .token:is(.number, .boolean) { color: light-dark(#0f6b5f, #4fd1bd); }
.stApp .stCode pre .token.string { color: light-dark(#1d6b34, #6fd98c); }
.stApp .stCode pre .token.operator { color: light-dark(#9a4a00, #fdba74); }
.stApp .stCode pre .token:is(.punctuation, .comment) { color: light-dark(#5a5e6b, #a6aab8); }
/* The picture, what the model is given of it, the model and the view: all of it without scrolling. */
[data-testid=stSidebarUserContent] [data-testid=stVerticalBlock] { gap: .6rem; }
[data-testid=stSidebarUserContent] { padding-bottom: 1rem; }
[data-testid=stSidebarHeader] { height: 2.2rem; margin-bottom: 0; }
@media (pointer: coarse) {
  .st-key-nav a { min-height: 44px; min-width: 44px; justify-content: center; }
  :is([data-testid=stSidebar], [data-testid=stHeader]) :is(button, summary, [data-baseweb=select] > div) {
    min-height: 44px; min-width: 44px;
  }
  [data-testid=stMain] :is([data-testid=stButtonGroup] button, [data-testid^=stBaseButton], summary),
  [data-testid=stMain] [data-testid=stPageLink] a { min-height: 44px; }
}
</style>"""


def bar(topic: str) -> None:
    """Path, explore, workshop and more models, and below them the pages of the place where the page ``topic`` is."""
    st.html(STYLE)
    here = pages.place_of(topic)
    with st.container(key="nav"):
        with st.container(horizontal=True, key="nav-places"):
            for place, topics in pages.PLACES.items():
                name = "nav-here" if place == here else f"nav-{place}"
                with st.container(key=name, width="content"):
                    pages.link(topics[0], say(f"nav.{place}"))
        with st.container(horizontal=True, key="nav-pages"):
            for group, topics in pages.GROUPS[here].items():
                if group:
                    _group(group, topics)
                else:
                    _row(here, topics)


def _row(place: str, topics: tuple[str, ...]) -> None:
    """Links side by side; the steps of the path are numbered."""
    for number, topic in enumerate(topics):
        label = pages.title(topic)
        pages.link(topic, f"{number} {label}" if place == "path" else label)


def _group(group: str, topics: tuple[str, ...]) -> None:
    """Pages that take up one thing, after the word for it; the whole of them goes to the next line."""
    with st.container(horizontal=True, key=f"nav-group-{group}", width="content"):
        st.html(f"<span>{say(f'nav.group.{group}')}</span>", width="content")
        for topic in topics:
            pages.link(topic, pages.title(topic, grouped=True))


def related(topic: str) -> None:
    """Below a page: those that take up the same thing, with patch, block and head kept."""
    with st.container(horizontal=True, key="related", vertical_alignment="center"):
        st.caption(say("nav.deeper" if pages.place_of(topic) == "path" else "nav.related"), width="content")
        for each in pages.RELATED.get(topic, ()):
            label = pages.title(each)
            if pages.place_of(each) == "path":
                number = pages.PLACES["path"].index(each)
                label = say("nav.step", number=number, title=label)
            pages.link(each, label)
        steps = pages.PLACES["path"]
        if topic in steps and topic != steps[-1]:  # the way on once more, for whoever has read down to here
            following = steps[steps.index(topic) + 1]
            pages.link(following, f"**{say('nav.next', title=pages.title(following))} →**")
