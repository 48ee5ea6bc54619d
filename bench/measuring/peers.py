"""Other programs that serve the same data, as far as they do something alike. Optional: each comes from its registry."""

NAMES = ["datasette", "django", "directus"]


def measured(opened, report, options, scratch):
    """Drives each peer that was asked for."""
