"""One Modbus connection (TCP, RTU, RTU over TCP) on pymodbus, which here only moves bytes; what they say is checked by us.

Measured with pymodbus 3.16: replies of a wrong length or function come back as success, a late serial reply answers the next
question, writes are repeated by the library's retries, a socket closed in mid request is only noticed at the time-out, an
undecodable reply raises inside the event loop, and nothing reconnects after a first failed attempt. Hence: no retries, our own
inbox in place of the library's frame handling, one time-out, and reconnecting left to ``drivers.bus``.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import sys
import termios

from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
from pymodbus.client.base import ModbusBaseClient
from pymodbus.exceptions import ConnectionException, ModbusException
from pymodbus.framer import FramerType
from pymodbus.framer.rtu import FramerRTU
from pymodbus.framer.socket import FramerSocket
from pymodbus.pdu import DecodePDU, ModbusPDU

from drivers import line
from drivers.errors import BadReply, Disconnected, DriverError, TimeOut
from drivers.heard import MOMENT_S, PATIENCE_S, Heard
from drivers.modbus_frames import Inbox, MbapInbox, Request, RtuInbox, body_of, check, values_of
from drivers.modbus_url import Connection
from drivers.reach import case_of, story
from drivers.transport import Read, Timing, Write

_LOOK_S = 0.005
_FRAME_CHARACTERS = 8  # unit, function and checksum, of question and answer
_TOO_OFTEN = 8  # answers in a row that are faster than the wire: then it is no wire (USB devices that only look like a port)
_SETTLE_S = 0.05  # after stray bytes the line counts as busy for this long
_SILENT_LIMIT = 3  # time-outs in a row without one byte: a half-open TCP connection looks like this
_CONNECT_S = 3.0
_CLIENT_HINT = "Check power, cable, address and port; the connection is tried again by itself"

logging.getLogger("pymodbus.logging").setLevel(
    logging.CRITICAL
)  # what it would say is told by `drivers.bus`, in words


class _Pdu(ModbusPDU):
    """A request or reply as plain bytes, so that a value the library calls illegal (FC5 with 0x0007) can be sent."""

    def __init__(self, function: int, body: bytes, dev_id: int) -> None:
        super().__init__(dev_id=dev_id)
        self.function_code = function
        self.body = body

    def encode(self) -> bytes:
        return self.body

    @property
    def pdu(self) -> bytes:
        """Function code and data."""
        return bytes((self.function_code,)) + self.body


class _RtuFramer(FramerRTU):
    """Hands every received byte to our inbox; only building frames is left to the library."""

    def __init__(self, link: ModbusLink, inbox: RtuInbox) -> None:
        super().__init__(DecodePDU(False))
        self._link, self._inbox = link, inbox

    def handleFrame(self, data: bytes, exp_devid: int, exp_tid: int) -> tuple[int, ModbusPDU | None]:  # noqa: N802
        """The library's name and contract: bytes used, reply or None. Never raises."""
        pdu = self._inbox.feed(data)
        if self._inbox.request is None or self._link.heard.surplus:
            self._link.note_stray()
        return len(data), _Pdu(pdu[0], pdu[1:], exp_devid) if pdu else None


class _MbapFramer(FramerSocket):
    """As ``_RtuFramer`` for Modbus TCP; here a wrong answer is known at once, because its transaction number is right."""

    def __init__(self, link: ModbusLink, inbox: MbapInbox) -> None:
        super().__init__(DecodePDU(False))
        self._link, self._inbox = link, inbox

    def handleFrame(self, data: bytes, exp_devid: int, exp_tid: int) -> tuple[int, ModbusPDU | None]:  # noqa: N802
        """The library's name and contract: bytes used, reply or None. Never raises."""
        pdu = self._inbox.feed(data, exp_tid)
        if pdu:
            reply = _Pdu(pdu[0], pdu[1:], exp_devid)
            reply.transaction_id = exp_tid
            return len(data), reply
        if self._inbox.broken or self._inbox.rejected:
            self._link.give_up()
        return len(data), None


class ModbusLink:
    """One connection, one request at a time (``drivers.bus.Bus`` sees to that). Build it anywhere, use it in a loop.

    ``connect`` and ``exchange`` raise ``DriverError`` and nothing else but cancellation.
    """

    def __init__(self, connection: Connection, *, connect_timeout_s: float = _CONNECT_S) -> None:
        self.name = connection.url
        self.frame_gap_s = connection.frame_gap_s
        self.late_replies = connection.kind != "tcp"  # no transaction numbers: an old answer may pass for new
        self.busy_until = 0.0  # line time until which stray bytes forbid to speak
        self.bytes_sent = 0
        self.heard = Heard()
        self._is_copper, self._too_fast = False, 0
        self._transaction = int.from_bytes(os.urandom(2), "big") // 2
        self._connection = connection
        self._connect_timeout_s = connect_timeout_s
        self._client: ModbusBaseClient | None = None
        self._inbox: Inbox = self._new_inbox()
        self._received_before = 0
        self._reason: BaseException | None = None
        self._silent = 0

    @property
    def connected(self) -> bool:
        """Whether a request can be sent now."""
        return self._client is not None and self._client.connected

    @property
    def bytes_received(self) -> int:
        """Bytes that the line has delivered, over all connections."""
        return self._received_before + self._inbox.received

    async def connect(self) -> None:
        """Open the socket or the port. Raises ``Disconnected`` with the reason, in ``params["case"]`` too (`drivers.reach`)."""
        self.close()
        self._reason = None
        client = self._client = self._build()
        try:
            done = await line.cancellable(client.connect())
        except (ModbusException, OSError, ValueError, RuntimeError, termios.error) as error:
            done, self._reason = False, error
        except asyncio.CancelledError:
            self.close()
            raise
        if not done:
            self.close()
            case = case_of(self._reason)
            what, hint = story(case, self._reason)
            raise Disconnected(what, hint=hint, bus=self.name, params={"case": case})
        self._is_copper = self._connection.kind == "rtu" and not _is_pseudo(self._connection)
        # The library begins at 1 each time, and so may meet answers of before.
        client.ctx.next_tid = self._transaction

    def close(self) -> None:
        """Close at once; a request in flight fails as disconnected."""
        client, self._client = self._client, None
        self._received_before, self._silent, self._too_fast = self.bytes_received, 0, 0
        self._inbox = self._new_inbox()
        if client is not None:
            self._transaction = client.ctx.next_tid or self._transaction
            self._fail(client, ConnectionException("closed"))
            client.close()

    async def exchange(self, request: Request, timing: Timing) -> tuple[int, ...]:
        """Send ``request`` once and return the values of its answer.

        Raises ``Refused`` (nothing sent), ``TimeOut``, ``BadReply``, ``ExceptionReply`` or ``Disconnected``.
        """
        check(request)
        client, inbox = self._client, self._inbox
        if client is None or not client.connected:
            raise self._lost(request)
        if self.late_replies:
            await self._listen(client, request)
        inbox.begin(request)
        received = inbox.received
        try:
            return await self._ask(client, request, timing)
        except TimeoutError:
            self._count_silence(inbox.received == received)
            raise self._late(request, timing, inbox.rejected) from None
        except DriverError as error:
            error.bus = self.name
            raise
        except (ModbusException, OSError) as error:
            raise self._ended(request, inbox, error) from None
        finally:
            inbox.end()
            if isinstance(inbox, MbapInbox) and inbox.broken:
                self.close()

    async def _ask(self, client: ModbusBaseClient, request: Request, timing: Timing) -> tuple[int, ...]:
        function, body = body_of(request)
        broadcast = self.late_replies and request.unit == 0 and isinstance(request, Write)
        question = _Pdu(function, body, request.unit)
        started = line.monotonic()
        # The library raises before it returns something to await when the socket has just gone.
        reply = await line.with_timeout(client.execute(broadcast, question), timing.timeout_s)
        self._silent = 0
        self.heard.took_s = line.monotonic() - started
        if self._is_copper and not broadcast:
            self._check_speed(self.heard.took_s, len(body) + len(reply.body))
        return () if broadcast else values_of(request, reply.pdu)

    async def _listen(self, client: ModbusBaseClient, request: Request) -> None:
        """Bytes that the system holds were sent before our question: let them be heard as what they are.

        Raises ``BadReply`` when the line does not fall silent; a write goes out all the same.
        """
        reading, begun = isinstance(request, Read), line.monotonic()
        while _unread(client) or (reading and line.monotonic() < self.busy_until):
            now = line.monotonic()
            if not reading and now - begun >= MOMENT_S:
                return
            noisy_s = now - self.heard.noisy_since if now < self.busy_until else 0.0
            if reading and max(now - begun, noisy_s) >= PATIENCE_S:
                raise BadReply(
                    "the line is never silent",
                    hint="Unplug one device after the other until it is; check the A/B wires and the line's bias",
                    bus=self.name, unit=request.unit, registers=request.registers,
                )  # fmt: skip
            await line.sleep(_LOOK_S)

    def _check_speed(self, seconds: float, bytes_: int) -> None:
        """An answer that the wire cannot have carried in so many seconds was on its way before the question."""
        least = 0.9 * (bytes_ + _FRAME_CHARACTERS) * self._connection.char_s
        self.heard.too_fast = seconds < least
        self._too_fast = self._too_fast + 1 if seconds < least else 0
        self._is_copper = self._too_fast < _TOO_OFTEN

    def _new_inbox(self) -> Inbox:
        return MbapInbox() if self._connection.kind == "tcp" else RtuInbox(heard=self.heard)

    def _build(self) -> ModbusBaseClient:
        link = self._connection
        client: ModbusBaseClient
        if link.kind == "rtu":
            client = AsyncModbusSerialClient(
                link.device, baudrate=link.baud, parity=_parity(link), stopbits=link.stop, name=self.name,
                timeout=self._connect_timeout_s, retries=0, reconnect_delay=0,
                trace_packet=self._count, trace_connect=self._changed,
            )  # fmt: skip
        else:
            client = AsyncModbusTcpClient(
                link.host, port=link.port, name=self.name, timeout=self._connect_timeout_s, retries=0,
                reconnect_delay=0, framer=FramerType.SOCKET if link.kind == "tcp" else FramerType.RTU,
                trace_packet=self._count, trace_connect=self._changed,
            )  # fmt: skip
        inbox = self._inbox
        client.ctx.framer = (
            _MbapFramer(self, inbox) if isinstance(inbox, MbapInbox) else _RtuFramer(self, inbox)
        )
        client.ctx.max_buffer_size = 1 << 16  # else a burst is dropped, and with it the stream's alignment
        self._remember_why(client)
        return client

    def _remember_why(self, client: ModbusBaseClient) -> None:
        """The library logs the reason of a failed connect and returns False; a technician needs the reason."""
        create = client.ctx.call_create

        async def remembering() -> object:
            try:
                made = await create()
            except OSError as error:
                self._reason = error
                raise
            # The library's own time-out is never the one that ends a request, and its timer costs on every one.
            client.ctx.comm_params.timeout_connect = None  # type: ignore[assignment]
            return made

        client.ctx.call_create = remembering

    def _count(self, sending: bool, data: bytes) -> bytes:
        if sending:
            self.bytes_sent += len(data)
        return data

    def _changed(self, connected: bool) -> None:
        if not connected and self._client is not None:
            self._fail(self._client, ConnectionException("the other side closed the connection"))

    def note_stray(self) -> None:
        """Bytes came that nobody asked for: let the line fall silent before the next question."""
        now = self.heard.stray_at = line.monotonic()
        if now >= self.busy_until:
            self.heard.noisy_since = now
        self.busy_until = now + _SETTLE_S

    def give_up(self) -> None:
        """End the request in flight now: its answer came and is wrong."""
        if self._client is not None:
            self._fail(self._client, ModbusException("rejected"))

    def _fail(self, client: ModbusBaseClient, error: Exception) -> None:
        waiting = client.ctx.response_future
        if self._inbox_waits() and not waiting.done():
            waiting.set_exception(error)

    def _inbox_waits(self) -> bool:
        return self._inbox.request is not None

    def _count_silence(self, silent: bool) -> None:
        self._silent = self._silent + 1 if silent else 0
        if self._silent >= _SILENT_LIMIT and self._connection.kind != "rtu":
            self.close()

    def _late(self, request: Request, timing: Timing, rejected: BadReply | None) -> DriverError:
        if rejected is not None:
            rejected.bus = self.name
            return rejected
        return TimeOut(
            f"no answer within {timing.timeout_s:g} s",
            hint="Check its supply, the A/B wires, address, baud rate and parity",
            bus=self.name, unit=request.unit, registers=request.registers, params={"seconds": timing.timeout_s},
        )  # fmt: skip

    def _ended(self, request: Request, inbox: Inbox, error: Exception) -> DriverError:
        if inbox.rejected is not None:
            inbox.rejected.bus = self.name
            return inbox.rejected
        if isinstance(inbox, MbapInbox) and inbox.broken:
            return BadReply(
                inbox.broken, hint="This port may speak RTU over TCP: try rtu+tcp://",
                bus=self.name, unit=request.unit, registers=request.registers,
            )  # fmt: skip
        return self._lost(request, str(error))

    def _lost(self, request: Request, why: str = "not connected") -> Disconnected:
        return Disconnected(
            why, hint=_CLIENT_HINT, bus=self.name, unit=request.unit, registers=request.registers
        )


def _unread(client: ModbusBaseClient) -> int:
    """How many bytes the system has received and we have not."""
    transport = client.ctx.transport
    port = getattr(transport, "sync_serial", None) or transport.get_extra_info("socket")
    try:
        answer = fcntl.ioctl(port.fileno(), termios.FIONREAD, b"\0\0\0\0")
    except (OSError, AttributeError):
        return 0
    return int.from_bytes(answer, sys.byteorder)


def _is_pseudo(link: Connection) -> bool:
    """A pseudo-terminal (socat, a serial port over the network) carries bytes, not bits, and at any speed."""
    return os.path.realpath(link.device).startswith("/dev/pts/")


def _parity(link: Connection) -> str:
    """The kernel refuses a pseudo-terminal the parity, which is set at its far end."""
    return "N" if _is_pseudo(link) else link.parity
