"""The attention explorer: what describes a trace for the browser, and its payloads."""
