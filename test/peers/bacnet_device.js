// A BACnet/IP device made of npm's node-bacnet, for tests: device 1234 with analog-input 1, analog-value 2, binary-value 3 and
// multi-state-value 4. It listens on the port of 127.0.0.1 that it is given, prints "ready PORT", and then answers each line
// of its input:
//
//     set TYPE INSTANCE NUMBER  ->  ok             and tells who has subscribed
//     get TYPE INSTANCE         ->  NUMBER PRIORITY    the priority of the last write, 0 where there was none
//
// It ends with its input.
'use strict'

const Bacnet = require('node-bacnet')
const readline = require('readline')

const { ApplicationTag: T, ObjectType: O, PropertyIdentifier: P, ErrorClass, ErrorCode, ConfirmedServiceChoice: S } = Bacnet.enum
const ALL = 0xFFFFFFFF
const port = Number(process.argv[2])
const device = new Bacnet({ port, interface: '127.0.0.1', apduTimeout: 3000 })

const objects = new Map()
const key = (type, instance) => `${type} ${instance}`
const define = (type, instance, tag, value) => objects.set(key(type, instance), { id: { type, instance }, tag, value, priority: 0, subscribers: new Map() })
define(O.ANALOG_INPUT, 1, T.REAL, 21.5)
define(O.ANALOG_VALUE, 2, T.REAL, 20)
define(O.BINARY_VALUE, 3, T.ENUMERATED, 1)
define(O.MULTI_STATE_VALUE, 4, T.UNSIGNED_INTEGER, 2)

const flags = [{ type: T.BIT_STRING, value: { bitsUsed: 4, value: [0] } }]
const self = { type: O.DEVICE, instance: 1234 }

// valuesOf returns the values of a property, or the code of the error.
const valuesOf = (id, property) => {
  if (id.type === O.DEVICE && (id.instance === 1234 || id.instance === 4194303)) {
    switch (property.id) {
      case P.OBJECT_IDENTIFIER: return [{ type: T.OBJECTIDENTIFIER, value: self }]
      case P.OBJECT_NAME: return [{ type: T.CHARACTER_STRING, value: 'peer-device' }]
      case P.MAX_APDU_LENGTH_ACCEPTED: return [{ type: T.UNSIGNED_INTEGER, value: 1476 }]
      case P.OBJECT_LIST: {
        const list = [self, ...[...objects.values()].map(o => o.id)].map(value => ({ type: T.OBJECTIDENTIFIER, value }))
        if (property.index === 0) return [{ type: T.UNSIGNED_INTEGER, value: list.length }]
        return property.index === ALL ? list : [list[property.index - 1]]
      }
    }
    return ErrorCode.UNKNOWN_PROPERTY
  }
  const object = objects.get(key(id.type, id.instance))
  if (!object) return ErrorCode.UNKNOWN_OBJECT
  switch (property.id) {
    case P.PRESENT_VALUE: return [{ type: object.tag, value: object.value }]
    case P.STATUS_FLAGS: return flags
    case P.OBJECT_NAME: return [{ type: T.CHARACTER_STRING, value: `object ${key(id.type, id.instance)}` }]
  }
  return ErrorCode.UNKNOWN_PROPERTY
}

const classOf = code => code === ErrorCode.UNKNOWN_OBJECT ? ErrorClass.OBJECT : ErrorClass.PROPERTY

device.on('readProperty', ({ header, invokeId, payload }) => {
  const values = valuesOf(payload.objectId, payload.property)
  if (Array.isArray(values)) device.readPropertyResponse(header.sender, invokeId, payload.objectId, payload.property, values)
  else device.errorResponse(header.sender, S.READ_PROPERTY, invokeId, classOf(values), values)
})

device.on('readPropertyMultiple', ({ header, invokeId, payload }) => {
  device.readPropertyMultipleResponse(header.sender, invokeId, payload.properties.map(({ objectId, properties }) => ({
    objectId,
    values: properties.map(property => {
      const values = valuesOf(objectId, property)
      const value = Array.isArray(values) ? values : [{ type: T.ERROR, value: { type: 'BacnetError', errorClass: classOf(values), errorCode: values }, errorClass: classOf(values), errorCode: values }]
      return { property, value }
    })
  })))
})

device.on('writeProperty', ({ header, invokeId, payload }) => {
  const object = objects.get(key(payload.objectId.type, payload.objectId.instance))
  if (!object || payload.objectId.type === O.ANALOG_INPUT) {
    device.errorResponse(header.sender, S.WRITE_PROPERTY, invokeId, ErrorClass.PROPERTY, ErrorCode.WRITE_ACCESS_DENIED)
    return
  }
  object.value = payload.value.value[0].value
  object.priority = payload.value.priority
  device.simpleAckResponse(header.sender, S.WRITE_PROPERTY, invokeId)
})

const tell = (object, { sender, process, confirmed }) => {
  const values = [
    { property: { id: P.PRESENT_VALUE }, value: [{ type: object.tag, value: object.value }] },
    { property: { id: P.STATUS_FLAGS }, value: flags }
  ]
  if (confirmed) device.confirmedCOVNotification(sender, object.id, process, 1234, 60, values, {}, () => {})
  else device.unconfirmedCOVNotification(sender.address, process, 1234, object.id, 60, values)
}

device.on('subscribeCov', ({ header, invokeId, payload }) => {
  const object = objects.get(key(payload.monitoredObjectId.type, payload.monitoredObjectId.instance))
  if (!object) {
    device.errorResponse(header.sender, S.SUBSCRIBE_COV, invokeId, ErrorClass.OBJECT, ErrorCode.UNKNOWN_OBJECT)
    return
  }
  const process = payload.subscriberProcessId
  const subscriber = { sender: header.sender, process, confirmed: payload.issueConfirmedNotifications }
  const name = `${header.sender.address} ${process}`
  device.simpleAckResponse(header.sender, S.SUBSCRIBE_COV, invokeId)
  if (payload.cancellationRequest) object.subscribers.delete(name)
  else {
    object.subscribers.set(name, subscriber)
    tell(object, subscriber)
  }
})

device.on('error', error => {
  console.error(error)
  process.exit(1)
})
device.on('listening', () => console.log('ready', port))

readline.createInterface({ input: process.stdin }).on('line', line => {
  const [act, type, instance, number] = line.split(' ')
  const object = objects.get(key(type, instance))
  if (act === 'set') {
    object.value = Number(number)
    for (const subscriber of object.subscribers.values()) tell(object, subscriber)
    console.log('ok')
  } else {
    console.log(object.value, object.priority)
  }
}).on('close', () => process.exit())
