#!/usr/bin/python3
"""A Modbus device made of Debian's pymodbus, for tests.

    modbus_pymodbus.py tcp|udp|rtu+tcp|ascii+tcp      listens on a free port of 127.0.0.1
    modbus_pymodbus.py rtu|ascii PATH                 serves a serial port at 115200 baud, 8N1: pseudo-terminals know no parity

It prints "ready PORT" (0 for a serial port) when it can be asked, and then answers each line of its input:

    set TABLE ADDRESS VALUE    ->  ok
    get TABLE ADDRESS          ->  the value
    settle                     ->  ok, when everything that had been asked over Modbus is answered

TABLE is coil, discrete, input or holding; addresses count from 0. Units 1 and 2 have 200 of each; everything starts
at 0. It ends with its input.
"""

import asyncio
import sys
import threading

from pymodbus.datastore import (
    ModbusSequentialDataBlock,
    ModbusServerContext,
    ModbusSlaveContext,
)
from pymodbus.server.async_io import (
    ModbusSerialServer,
    ModbusTcpServer,
    ModbusUdpServer,
)
from pymodbus.transaction import ModbusAsciiFramer, ModbusRtuFramer, ModbusSocketFramer

SIZE = 200
FUNCTIONS = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}
FRAMERS = {"tcp": ModbusSocketFramer, "udp": ModbusSocketFramer, "rtu": ModbusRtuFramer, "ascii": ModbusAsciiFramer}


def unit():
    """Return the tables of one unit."""
    tables = {name: ModbusSequentialDataBlock(0, [0] * SIZE) for name in ("co", "di", "hr", "ir")}
    return ModbusSlaveContext(**tables, zero_mode=True)


def obey(units):
    """Carry out the lines of the input."""
    for line in sys.stdin:
        if line.strip() == "settle":
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0.05), LOOP).result()
            print("ok", flush=True)
            continue
        act, table, address, *value = line.split()
        function = FUNCTIONS[table]
        if act == "set":
            units[1].setValues(function, int(address), [int(value[0])])
            print("ok", flush=True)
        else:
            print(int(units[1].getValues(function, int(address), 1)[0]), flush=True)
    asyncio.run_coroutine_threadsafe(stop(), LOOP)


async def stop():
    """End the program."""
    LOOP.stop()


async def serve(mode, path):
    """Start the server and say so."""
    units = {1: unit(), 2: unit()}
    context = ModbusServerContext(slaves=units, single=False)
    framer = FRAMERS[mode.split("+")[0]]
    port = 0
    if path:
        server = ModbusSerialServer(context, framer=framer, port=path, baudrate=115200, parity="N")
        await server.start()
        if server.transport is None:
            sys.exit("cannot open " + path)
        asyncio.ensure_future(server.serve_forever())
    elif mode == "udp":
        server = ModbusUdpServer(context, framer=framer, address=("127.0.0.1", 0))
        asyncio.ensure_future(server.serve_forever())
        await server.serving
        port = server.protocol.get_extra_info("sockname")[1]
    else:
        server = ModbusTcpServer(context, framer=framer, address=("127.0.0.1", 0))
        asyncio.ensure_future(server.serve_forever())
        await server.serving
        port = server.server.sockets[0].getsockname()[1]
    print("ready", port, flush=True)
    threading.Thread(target=obey, args=(units,), daemon=True).start()


LOOP = asyncio.new_event_loop()
asyncio.set_event_loop(LOOP)
LOOP.create_task(serve(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None))
LOOP.run_forever()
