"""The app: pages, the session of a person, and everything that knows streamlit."""
