// A Modbus client made of npm's jsmodbus, told what to ask on its input, a line of JSON each; it answers in the same way.
//
//     modbus_jsclient.js tcp PORT
//     modbus_jsclient.js tcp+tls PORT CERT KEY CA
//
//     ["read", "holding"|"input"|"coil"|"discrete", unit, address, count]   -> {"values": [...]} or {"exception": N}
//     ["write", "holding"|"coil", unit, address, [values...]]               -> {"values": []} or {"exception": N}
'use strict'

const fs = require('fs')
const modbus = require('jsmodbus')
const net = require('net')
const readline = require('readline')
const tls = require('tls')

const [transport, port, cert, key, ca] = process.argv.slice(2)
const where = { host: '127.0.0.1', port: Number(port) }
const socket = transport === 'tcp+tls'
  ? tls.connect({ ...where, cert: fs.readFileSync(cert), key: fs.readFileSync(key), ca: fs.readFileSync(ca) })
  : net.connect(where)

const clients = {}
const client = unit => {
  clients[unit] ??= new modbus.client.TCP(socket, unit, 30000)
  return clients[unit]
}

const reads = {
  holding: 'readHoldingRegisters', input: 'readInputRegisters', coil: 'readCoils', discrete: 'readDiscreteInputs'
}
const writes = { holding: ['writeSingleRegister', 'writeMultipleRegisters'], coil: ['writeSingleCoil', 'writeMultipleCoils'] }

const ask = async ([act, table, unit, address, what]) => {
  if (act === 'read') {
    const { response } = await client(unit)[reads[table]](address, what)
    return response.body.valuesAsArray.slice(0, what)
  }
  const many = what.length > 1
  await client(unit)[writes[table][Number(many)]](address, many ? what : what[0])
  return []
}

// The clients of all units hear when the socket has connected; the second has to exist by then.
client(1)
client(2)

const answer = async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let told
    try {
      told = { values: await ask(JSON.parse(line)) }
    } catch (error) {
      told = error.err === 'ModbusException' ? { exception: error.response.body.code } : { error: error.message ?? String(error) }
    }
    console.log(JSON.stringify(told))
  }
  socket.end()
}

socket.on('error', error => {
  console.log(JSON.stringify({ error: error.message }))
  process.exit(1)
})
socket.on(transport === 'tcp+tls' ? 'secureConnect' : 'connect', answer)
