"""What can go wrong, as exceptions whose messages name the thing and the mend."""


class FormatError(ValueError):
    """A file or a message is not in a format this version reads."""


class MarkedError(ValueError):
    """A group has tokens that are not trained unless somebody says so; ``mark`` says which."""

    def __init__(self, mark: str, group: int) -> None:
        super().__init__(
            f'group {group} has nodes marked {mark}: set marks="mask" to leave their tokens out, '
            f'marks="keep" to train them, or either for this mark alone with '
            f'marks={{"{mark}": "mask"}}'
        )
        self.mark = mark
        self.group = group


class EngineError(RuntimeError):
    """The engine process, or the way to it, failed; every fault below is one of these."""


class StartError(EngineError):
    """The engine process did not come up; the message ends with the tail of its log."""


class StoppedError(EngineError):
    """The engine process ended while it was needed; the message ends with the tail of its log."""


class UnreachableError(EngineError):
    """The engine did not answer, also after every retry."""


class EngineTimeoutError(EngineError):
    """Nothing arrived within the time that was given."""


class RefusedError(EngineError):
    """The engine understood the request and refused it.

    ``code`` says why in Flight's words, for example ``invalid argument`` or ``not found``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
