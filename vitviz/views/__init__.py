"""Figures and payloads made from arrays; nothing here knows a model or streamlit."""
