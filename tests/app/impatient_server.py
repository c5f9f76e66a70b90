"""The app for tests: ``python -m tests.app.impatient_server 8501``. Who is gone for a second has left for good."""

import sys

from vitviz.app import people, sweep
from vitviz.cli import start_app

if __name__ == "__main__":
    people.GRACE, sweep.EVERY = 1.0, 0.3
    sys.exit(start_app(int(sys.argv[1])))
