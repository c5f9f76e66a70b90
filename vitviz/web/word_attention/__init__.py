"""Attention over words: every head of every layer of a model that reads rows of tokens, with names in place of patches.

In a page: ``word_attention(key, attention, place, on_place)`` of ``vitviz/app/widgets/word_attention.py``, where
``attention = attention_over_words(trace, names)`` of ``payload.py``, and ``place`` is a short text for the address
(``WORD_PLACE`` reads it from a link). A translator gives two rows of names, what is read and what is written.

In another browser part: ``new WordAttention(element, { choose })`` of ``view.js``; ``update({ attention, place, words,
scales })`` with what ``word_attention_data(attention, place)`` returns in Python; ``figures()``, ``destroy()``. The
style sheets are ``web/explorer/explorer.css`` and ``web/word_attention/part.css``.
"""
