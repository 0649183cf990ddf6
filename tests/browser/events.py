"""A visitor's events on their way to the server, held back so that answers come late."""

from playwright.sync_api import Page, Request, Response, Route


def hold(page: Page, count: int) -> list[Route]:
    """Hold the visitor's next events back until they are continued; return them as they come."""
    held: list[Route] = []

    def on_join(route: Route) -> None:
        if len(held) < count and is_event(route.request):
            held.append(route)
        else:
            route.continue_()

    page.route("**/queue/join*", on_join)
    return held


def is_event(request: Request) -> bool:
    """Whether a visitor's doing asks for something; a page that opens asks as well, maybe late."""
    return "/queue/join" in request.url and request.post_data_json["trigger_id"] != 0


def is_answer(response: Response) -> bool:
    """Whether the server has taken such an event."""
    return is_event(response.request)
