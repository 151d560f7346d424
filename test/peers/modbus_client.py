"""A Modbus client made of Debian's pymodbus, told what to ask on its input, a line of JSON each; it answers in the same way.

    modbus_client.py tcp|udp|rtu+tcp|ascii+tcp PORT
    modbus_client.py rtu|ascii PATH                   a serial port at 115200 baud, 8N1: pseudo-terminals know no parity

    ["read", "holding"|"input"|"coil"|"discrete", unit, address, count]   -> {"values": [...]} or {"exception": N}
    ["write", "holding"|"coil", unit, address, [values...]]               -> {"values": []} or {"exception": N}
    ["mask", unit, address, and, or]
"""
import json
import sys

from pymodbus.client import (
    ModbusSerialClient,
    ModbusTcpClient,
    ModbusUdpClient,
)
from pymodbus.transaction import ModbusAsciiFramer, ModbusRtuFramer, ModbusSocketFramer

FRAMERS = {"rtu": ModbusRtuFramer, "ascii": ModbusAsciiFramer}


def open_client(transport, where):
    """Return a client that is connected."""
    framer = FRAMERS.get(transport.split("+")[0], ModbusSocketFramer)
    if transport in FRAMERS:
        return ModbusSerialClient(where, framer=framer, baudrate=115200, parity="N", timeout=30)
    if transport == "udp":
        return ModbusUdpClient("127.0.0.1", port=int(where), timeout=30)
    return ModbusTcpClient("127.0.0.1", port=int(where), framer=framer, timeout=30)


client = open_client(*sys.argv[1:])
if not client.connect():
    sys.exit("cannot connect")

READS = {
    "holding": client.read_holding_registers, "input": client.read_input_registers,
    "coil": client.read_coils, "discrete": client.read_discrete_inputs,
}
WRITES = {
    ("holding", False): client.write_register, ("holding", True): client.write_registers,
    ("coil", False): client.write_coil, ("coil", True): client.write_coils,
}


def ask(question):
    """Ask the server one question."""
    if question[0] == "read":
        _, table, unit, address, count = question
        return READS[table](address, count, slave=unit)
    if question[0] == "write":
        _, table, unit, address, values = question
        many = len(values) > 1
        return WRITES[table, many](address, values if many else values[0], slave=unit)
    _, unit, address, and_mask, or_mask = question
    return client.mask_write_register(address, and_mask, or_mask, unit=unit)


for line in sys.stdin:
    question = json.loads(line)
    try:
        answer = ask(question)
        if hasattr(answer, "exception_code"):
            told = {"exception": answer.exception_code}
        elif answer.isError():
            told = {"error": str(answer)}
        else:
            values = getattr(answer, "registers", None) or getattr(answer, "bits", None) or []
            told = {"values": [int(v) for v in values][: question[4] if question[0] == "read" else 0]}
    except Exception as error:  # what went wrong is the answer
        told = {"error": repr(error)}
    print(json.dumps(told), flush=True)
