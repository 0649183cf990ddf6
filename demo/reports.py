"""What the Reports tab shows of a report; pure functions, no gradio."""

from typing import Any

Report = dict[str, Any]
_MANY = 8  # columns; a table of more stands on its side


def plots_of(report: Report) -> list[dict[str, Any]]:
    """Return the value of ReportPlot: the lines, together where they have the same axes."""
    plots: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for line in report["series"]:
        axes = (line["x_label"], line["y_label"])
        plots.setdefault(axes, []).append({key: line[key] for key in ("name", "x", "y")})
    return [{"x_label": x, "y_label": y, "lines": lines} for (x, y), lines in plots.items()]


def table_of(report: Report) -> dict[str, Any] | None:
    """Return the value of PlainTable; a wide table of few rows stands on its side."""
    rows = report["rows"]
    if not rows:
        return None
    head = list(dict.fromkeys(key for row in rows for key in row))
    cells = [[_shown(row.get(key)) for key in head] for row in rows]
    names = [key.replace("_", " ") for key in head]
    if len(head) > _MANY >= len(rows):
        first, *rest = zip(names, *cells, strict=True)
        return {"head": list(first), "rows": [list(row) for row in rest]}
    table: dict[str, Any] = {"head": names, "rows": cells}
    texts = [n for n in range(1, len(head)) if any(len(row[n]) > 40 for row in cells)]
    return table | ({"wide": texts[-1]} if texts else {})


def about_line(report: Report) -> str:
    """Return when and where it was measured; a training run does not know.

    A machine is a name, or several facts by theirs.
    """
    machine = report["machine"]
    facts = (
        [f"{key} {value}" for key, value in machine.items()]
        if isinstance(machine, dict)
        else [machine]
    )
    return " · ".join(filter(None, (report["date"], *facts)))


def _shown(value: Any) -> str:
    if value is None or value != value:  # NaN
        return "–"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
