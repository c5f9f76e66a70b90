"""Browser parts: plain ES modules and CSS, each with a thin Python wrapper."""
