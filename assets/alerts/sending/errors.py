"""Why something could not be told."""


class SendingError(Exception):
    """An attempt failed. ``is_permanent``: no further one would do better until somebody changes something.

    ``is_gone``: whoever took it takes nothing any more.
    """

    def __init__(self, words: str, *, is_permanent: bool = False, is_gone: bool = False) -> None:
        super().__init__(words)
        self.is_permanent, self.is_gone = is_permanent, is_gone
