"""One module for each tab of the page, each with one build(service)."""
