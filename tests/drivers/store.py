"""A device on a real socket whose registers are a dictionary: profiles are read from it and commands written into it."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from tests.drivers.rogue import Rogue


@dataclass
class Store:
    """``words`` by address (holding and input alike), ``coils``; what is not there is refused with exception 2."""

    words: dict[int, int] = field(default_factory=dict)
    coils: dict[int, int] = field(default_factory=dict)
    writes: list[tuple[int, int, tuple[int, ...]]] = field(default_factory=list)
    refuse: set[int] = field(default_factory=set)
    silent: bool = False

    def put(self, address: int, kind: str, *values: float) -> None:
        """Lay values of a struct type down from ``address`` on."""
        data = struct.pack(f">{len(values)}{kind}", *values)
        for i in range(0, len(data), 2):
            self.words[address + i // 2] = int.from_bytes(data[i : i + 2], "big")

    def reply(self, request: bytes) -> bytes | None:
        """The PDU that answers a request's, None for none."""
        if self.silent:
            return None
        function = request[0]
        address, second = struct.unpack(">HH", request[1:5])
        if function <= 4:
            return self._read(function, range(address, address + second))
        if function == 16:
            values = struct.unpack(f">{second}H", request[6:])
            self.writes.append((function, address, values))
            self.words |= {address + i: value for i, value in enumerate(values)}
        else:
            self.writes.append((function, address, (second,)))
            self.words[address] = second
        return request[:5]

    def _read(self, function: int, addresses: range) -> bytes:
        table = self.coils if function <= 2 else self.words
        if self.refuse & set(addresses) or not set(addresses) <= set(table):
            return bytes((function | 0x80, 2))
        if function <= 2:
            bits = sum(table[a] << i for i, a in enumerate(addresses))
            data = bits.to_bytes((len(addresses) + 7) // 8, "little")
        else:
            data = struct.pack(f">{len(addresses)}H", *(table[a] for a in addresses))
        return bytes((function, len(data))) + data


async def serve(rogue: Rogue, store: Store, unit: int) -> None:
    """Let ``unit`` of the rogue answer from the store."""
    rogue.replies[unit] = store.reply
