// An S7 PLC made of npm's node-snap7 (Snap7's server), for tests. It listens on the port of 127.0.0.1 that it is given,
// prints "ready PORT", and then answers each line of its input:
//
//     set AREA NUMBER AT OCTETS   ->  ok           octets in hexadecimal
//     get AREA NUMBER AT COUNT    ->  the octets
//
// AREA is DB with the NUMBER of a data block, or I, Q, M, T, C with 0. There are DB1 and DB2 of 1024 octets, DB10 of 12, and 256
// octets of each other area, all 0 at first. It ends with its input.
'use strict'

const snap7 = require('node-snap7')
const readline = require('readline')

const server = new snap7.S7Server()
const areas = { I: server.srvAreaPE, Q: server.srvAreaPA, M: server.srvAreaMK, T: server.srvAreaTM, C: server.srvAreaCT }

server.SetEventMask(0)
for (const code of Object.values(areas)) server.RegisterArea(code, Buffer.alloc(256))
for (const [number, size] of [[1, 1024], [2, 1024], [10, 12]]) server.RegisterArea(server.srvAreaDB, number, Buffer.alloc(size))

const port = Number(process.argv[2])
server.SetParam(server.LocalPort, port)
if (!server.StartTo('127.0.0.1')) {
  console.error(server.ErrorText(server.LastError()))
  process.exit(1)
}
console.log('ready', port)

const at = (area, number) => area === 'DB' ? [server.srvAreaDB, Number(number)] : [areas[area]]

readline.createInterface({ input: process.stdin }).on('line', line => {
  const [act, area, number, from, what] = line.split(' ')
  const place = at(area, number)
  const memory = server.GetArea(...place)
  const start = Number(from)
  if (act === 'set') {
    Buffer.from(what, 'hex').copy(memory, start)
    server.SetArea(...place, memory)
    console.log('ok')
  } else {
    console.log(memory.subarray(start, start + Number(what)).toString('hex'))
  }
}).on('close', () => process.exit())
