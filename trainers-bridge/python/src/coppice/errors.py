"""What goes wrong when bytes are not what they should be."""


class FormatError(ValueError):
    """A file is not in a format this version reads; the message names the file and the fault."""
