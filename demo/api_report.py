"""The public function of the stored results: /report."""

from typing import Any

import gradio as gr

from core.errors import UserError
from core.service import Service
from demo import limits
from demo.work import in_time


def offer_report(service: Service) -> None:
    """Offer the stored results and the training runs as /report."""

    async def report(name: str = "") -> dict[str, Any]:
        """Show a stored result of SeqLens, with its figures and the command that repeats it.

        Args:
            name: of a report, for example recurrent-kinds; without one, all are listed.

        Returns:
            A report: title, question, command, date, machine, rows of its table, series of its
            plot, and what it found. Without a name, the titles by name.
        """
        try:
            name = limits.check_string(name, "name")
            if not name:
                return await in_time(service.reports)
            return await in_time(service.report, name=name)
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from None

    gr.api(report, api_name="report")
