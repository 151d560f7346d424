// A Modbus TCP device made of npm's jsmodbus, for tests. It listens on a free port of 127.0.0.1, prints "ready PORT",
// and then answers each line of its input:
//
//     set TABLE ADDRESS VALUE    ->  ok
//     get TABLE ADDRESS          ->  the value
//
// TABLE is coil, discrete, input or holding; addresses count from 0. Every unit has the same 200 of each, all 0 at
// first. It ends with its input.
'use strict'

const modbus = require('jsmodbus')
const net = require('net')
const readline = require('readline')

const size = 200
const registers = { holding: Buffer.alloc(2 * size), input: Buffer.alloc(2 * size) }
const bits = { coil: Buffer.alloc(size / 8), discrete: Buffer.alloc(size / 8) }

const set = (table, address, value) => {
  if (table in registers) {
    registers[table].writeUInt16BE(value, 2 * address)
    return
  }
  const mask = 1 << (address % 8)
  const byte = bits[table][address >> 3]
  bits[table][address >> 3] = value ? byte | mask : byte & ~mask
}

const get = (table, address) => table in registers
  ? registers[table].readUInt16BE(2 * address)
  : (bits[table][address >> 3] >> (address % 8)) & 1

const listener = new net.Server()
new modbus.server.TCP(listener, {
  holding: registers.holding, input: registers.input, coils: bits.coil, discrete: bits.discrete
})
listener.on('connection', socket => socket.on('error', () => socket.destroy()))
listener.listen(0, '127.0.0.1', () => console.log('ready', listener.address().port))

readline.createInterface({ input: process.stdin }).on('line', line => {
  const [act, table, address, value] = line.split(' ')
  if (act === 'set') {
    set(table, Number(address), Number(value))
    console.log('ok')
  } else {
    console.log(get(table, Number(address)))
  }
}).on('close', () => process.exit())
