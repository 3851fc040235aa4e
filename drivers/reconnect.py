"""When a lost connection is tried again, and whether a connection is one at all: it is when something has answered on it.

A device that takes one client only accepts a second one and closes the door again, or leaves it waiting without a word. Without
this rule each such visit would count as a success, and the device be called without a pause.
"""

from __future__ import annotations

from dataclasses import dataclass

RECONNECT_S = (0.2, 10.0)
"""The first wait and the longest; doubles in between."""

ONE_CLIENT_S = (2.0, 60.0)
"""The same where there is one place: who holds it (a maker's logger comes every few minutes) must not be pestered."""


@dataclass(slots=True)
class Reconnect:
    """All times are line time. ``one_client``: the other side takes one connection only.

    ``lost``: there is no connection, and that is accounted for. ``doubtful``: the last one brought nothing, so that the next one
    only counts when it is answered.
    """

    one_client: bool = False
    due_at: float = 0.0
    tried_at: float = 0.0
    connected_at: float = 0.0
    lost_at: float = 0.0
    lost: bool = True
    doubtful: bool = False
    _wait_s: float = 0.0
    _answered: bool = False
    _silent: bool = False

    def failed(self, now: float) -> None:
        """An attempt brought nothing."""
        first, longest = ONE_CLIENT_S if self.one_client else RECONNECT_S
        self._wait_s = min(max(2 * self._wait_s, first), longest)
        self.due_at, self.tried_at, self.lost = now + self._wait_s, now, True

    def made(self, now: float) -> None:
        """It is connected; whether that is worth anything is seen from the first answer."""
        self.connected_at, self.lost = now, False
        self._answered = self._silent = False

    def heard(self, *, answered: bool) -> bool:
        """The end of one request: with an answer of any kind, or with a time-out. Whether that has ended a doubt.

        A time-out is proof enough of a gateway that stays open; of a device with one place only an answer is.
        """
        self._silent = not answered
        if answered:
            self._answered, self._wait_s = True, 0.0
        was_doubtful, self.doubtful = self.doubtful, self.doubtful and self.one_client and not self._answered
        return was_doubtful and not self.doubtful

    @property
    def hopeless(self) -> bool:
        """Nobody has spoken on a connection to a single place: another client is inside, and waiting would only block the door."""
        return self.one_client and self._silent and not self._answered

    def gone(self, now: float) -> bool:
        """The connection has ended. Whether it never was one: closed (or, with one place, left waiting) before any answer.

        After a good one it is tried again at once; with one place the old client is first let go.
        """
        if not self._answered and (self.one_client or not self._silent):
            self.doubtful = True
            self.failed(now)
            return True
        self.lost, self.due_at = True, now + ONE_CLIENT_S[0] if self.one_client else 0.0
        return False
