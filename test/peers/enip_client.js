// A client of Logix controllers made of npm's st-ethernet-ip: it uploads the tags, reads, writes, and prints what it saw as JSON.
//
//     enip_client.js PORT connected|unconnected
'use strict'

const [port, how] = process.argv.slice(2)
require('st-ethernet-ip/dist/config').EIP_PORT = Number(port)
const { Controller, Tag, Structure, TagGroup } = require('st-ethernet-ip')

const run = async () => {
  const plc = new Controller(how === 'connected')
  await plc.connect('127.0.0.1', 0, true)
  const { name, serial_number: serial, version } = plc.properties
  const told = { name, serial, version, tags: plc.tagList.map(t => (t.program ? `Program:${t.program}.` : '') + t.name).sort(), values: {} }
  for (const tag of ['a_dint', 'a_real', 'a_bool', 'Counts[2]', 'Grid[1,2]']) {
    const t = new Tag(tag)
    await plc.readTag(t)
    told.values[tag] = t.value
  }
  const group = new TagGroup()
  const together = [new Tag('a_int'), new Tag('Counter', 'Main')]
  together.forEach(t => group.add(t))
  await plc.readTagGroup(group)
  told.together = together.map(t => t.value)
  const motor = new Structure('Motor', plc.state.tagList)
  await plc.readTag(motor)
  told.motor = motor.value
  const written = new Tag('a_dint')
  await plc.readTag(written)
  written.value = 4242
  await plc.writeTag(written)
  const missing = new Tag('nothing')
  told.missing = await plc.readTag(missing).then(() => 'read', error => JSON.stringify(error.message ?? error))
  console.log(JSON.stringify(told, (_, v) => typeof v === 'bigint' ? String(v) : v))
  await plc.disconnect()
}

run().then(() => process.exit(0), error => {
  console.error(error)
  process.exit(1)
})
