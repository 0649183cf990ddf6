"""The error that a person may read."""


class UserError(ValueError):
    """One clear sentence: what is wrong and what to do.

    The page shows it, the command line prints it and exits with 2. Anything else that is raised
    is a fault of the program.
    """
