"""What a line without transaction numbers has said besides the answer: the material for doubts about the answer itself."""

from __future__ import annotations

from dataclasses import dataclass

GLITCH = 3
"""Up to so many bytes are no frame: transceivers that turn round add one or two (00 or FF) before or behind an answer."""


_KEPT = 1024

PATIENCE_S = 0.25
"""So long a question waits while a line is never silent: then a read fails, and a write goes out all the same."""

MOMENT_S = 0.1
"""So long a write waits for bytes that have come and are not read yet."""


@dataclass(slots=True)
class Heard:
    """``answer``: function code and data of the last answer that was taken. ``surplus``: more followed it at once, and it was not
    the same again. ``too_fast``: it was complete before a wire of this speed can have carried question and answer;
    ``took_s``: after so many seconds.

    ``strays``: bytes since the start that belonged to no answer, the last of them in ``noise``; ``stray_at``: line time of the last
    that nobody had asked for, ``noisy_since``: since when the line has not been silent for a moment (once it is not).
    """

    answer: bytes = b""
    surplus: bool = False
    too_fast: bool = False
    took_s: float = 0.0
    strays: int = 0
    noise: bytes = b""
    stray_at: float = 0.0
    noisy_since: float = 0.0

    def stray(self, data: bytes) -> None:
        """Bytes that belong to no answer."""
        if data:
            self.strays += len(data)
            self.noise = (self.noise + data)[-_KEPT:]

    def begin(self) -> None:
        """A question is sent."""
        self.answer, self.surplus, self.too_fast = b"", False, False
