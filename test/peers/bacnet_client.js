// A BACnet/IP client made of npm's @bacnet-js/client, for tests: it asks the device at the port of 127.0.0.1 that it is given,
// prints "ready 0", and then answers each line of its input with one line of JSON:
//
//     read TYPE INSTANCE PROPERTY...                  ->  the values, several properties by ReadPropertyMultiple
//     write TYPE INSTANCE PROPERTY REAL [PRIORITY]    ->  "ok"
//     follow TYPE INSTANCE                            ->  the present value that is told after a SubscribeCOV
//
// What fails is {"error": TEXT}. It ends with its input.
'use strict'

const { default: Client, ApplicationTag, PropertyIdentifier } = require('@bacnet-js/client')
const readline = require('readline')

const receiver = { address: `127.0.0.1:${process.argv[2]}` }
const client = new Client({ port: Number(process.argv[3]), interface: '127.0.0.1', apduTimeout: 30000 })

const plain = values => values.map(({ value }) => value && value.value !== undefined && value.bitsUsed ? value.value : value)

const acts = {
  async read (type, instance, ...properties) {
    const objectId = { type, instance }
    if (properties.length === 1) return plain((await client.readProperty(receiver, objectId, properties[0])).values)
    const answer = await client.readPropertyMultiple(receiver, [{ objectId, properties: properties.map(id => ({ id })) }])
    return answer.values[0].values.map(({ value }) => plain(value))
  },
  async write (type, instance, property, value, priority) {
    await client.writeProperty(receiver, { type, instance }, property, [{ type: ApplicationTag.REAL, value }], priority ? { priority } : {})
    return 'ok'
  },
  async follow (type, instance) {
    const told = new Promise(resolve => client.once('covNotifyUnconfirmed', ({ payload }) => resolve(payload)))
    await client.subscribeCov(receiver, { type, instance }, 7, false, false, 60)
    const { values } = await told
    return plain(values.find(v => v.property.id === PropertyIdentifier.PRESENT_VALUE).value)
  }
}

client.on('error', error => {
  console.error(error)
  process.exit(1)
})
client.on('listening', () => console.log('ready 0'))

readline.createInterface({ input: process.stdin }).on('line', async line => {
  const [act, ...numbers] = line.split(' ')
  try {
    console.log(JSON.stringify(await acts[act](...numbers.map(Number))))
  } catch (error) {
    console.log(JSON.stringify({ error: error.message }))
  }
}).on('close', () => process.exit())
