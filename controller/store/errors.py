"""What can go wrong with the files under the state directory, each with what a person should do."""

from __future__ import annotations

from pathlib import Path


class StoreError(Exception):
    """A file of the store cannot be used. ``what`` says what happened, ``hint`` what to do; ``local``: both in Indonesian."""

    def __init__(self, path: Path | str, what: str, hint: str, local: tuple[str, str] | None = None) -> None:
        super().__init__(f"{path}: {what}. {hint}")
        self.path = str(path)
        self.what = what
        self.hint = hint
        self.local = local or (what, hint)

    def said(self, language: str) -> tuple[str, str]:
        """What happened and what to do, ``id`` or ``en``."""
        return self.local if language == "id" else (self.what, self.hint)


class DamagedError(StoreError):
    """The file's content is not what this program wrote: it must be set aside before a new one is begun."""


class TooNewError(StoreError):
    """A later version of this program wrote the file."""
