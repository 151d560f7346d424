"""A Modbus TCP device of Debian's pymodbus: one unit, all registers zero.

Usage: plant.py PORT
"""
import asyncio
import logging
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartAsyncTcpServer


def unit():
    def block():
        return ModbusSequentialDataBlock(0, [0] * 100)

    return ModbusSlaveContext(di=block(), co=block(), hr=block(), ir=block(), zero_mode=True)


logging.disable()  # it takes every closed connection for an error
context = ModbusServerContext(slaves={1: unit()}, single=False)
asyncio.run(StartAsyncTcpServer(context=context, address=("127.0.0.1", int(sys.argv[1]))))
