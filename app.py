"""Start the page: python app.py."""

from core.service import Service
from demo import limits
from demo.ui import build_demo, launch_options


def main() -> None:
    """Load the checkpoints, build the page and serve it."""
    build_demo(Service(threads=limits.THREADS)).launch(**launch_options())


if __name__ == "__main__":
    main()
