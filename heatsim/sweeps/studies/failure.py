"""What a study raises when its run ended and did not pass its checks."""

from heatsim.errors import HeatsimError


class ChecksFailed(HeatsimError):
    """A run ended and did not pass the checks of its study; the message says which."""
