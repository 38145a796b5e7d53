"""What stops a start, in a sentence for the person who typed the command."""


class CannotStart(Exception):
    """Something that must be so is not; the message says what is wrong and what to do."""
