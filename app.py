"""Start the page: python app.py."""

from core.service import Service
from demo import limits
from demo.spaces_gpu import WRITER_DEVICE
from demo.ui import build_demo, launch_options


def main() -> None:
    """Load the checkpoints, build the page and serve it."""
    service = Service(threads=limits.THREADS, writer_device=WRITER_DEVICE)
    build_demo(service).launch(**launch_options())


if __name__ == "__main__":
    main()
