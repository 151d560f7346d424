// An OPC UA server made of npm's node-opcua, for tests: node opcua_server.js PKI_DIRECTORY. It listens on a free
// port of 127.0.0.1, prints "> ready PORT", and then answers each line of its input, JSON, with a
// line that begins with "> ":
//
//     {"do": "set", "node": NAME, "value": V}                  ->  ok       the value, as of now
//     {"do": "set", "node": NAME, "value": V, "at": MS}        ->  ok       as of a time, in ms since 1970
//     {"do": "get", "node": NAME}                              ->  the value, JSON
//     {"do": "refuse", "on": true}                             ->  ok       reads and writes are refused, or no more
//     {"do": "count"}                                          ->  {"sessions": N, "subscriptions": N}
//
// Nodes are ns=1;s=NAME below the object Plant; most are there again as OwnNAME, to be written to by one test only. Users: edge, with the password s3cret. It ends with its input.
'use strict'

const opcua = require('node-opcua')
const path = require('path')
const readline = require('readline')
const { DataType, StatusCodes, Variant, VariantArrayType } = opcua

const pki = process.argv[2]
const limits = {
  maxNodesPerRead: 100, maxNodesPerWrite: 100, maxNodesPerBrowse: 100, maxMonitoredItemsPerCall: 100,
  maxNodesPerHistoryReadData: 10, maxSessions: 1000
}

// nodes are [name, data type, first value].
const nodes = [
  ['Number', DataType.Int32, 0], ['Decimal', DataType.Int16, 0], ['Flag', DataType.Boolean, false],
  ['Fixed', DataType.UInt16, 0], ['SByte', DataType.SByte, -1], ['Byte', DataType.Byte, 255],
  ['UInt32', DataType.UInt32, 4294967295], ['Int64', DataType.Int64, [0xffffffff, 0xfffffff6]],
  ['UInt64', DataType.UInt64, [0xffffffff, 0xffffffff]], ['Float', DataType.Float, 21.7], ['Double', DataType.Double, 1e300],
  ['String', DataType.String, 'Wärme'], ['Time', DataType.DateTime, new Date(1700000000000)],
  ['Guid', DataType.Guid, '72962B91-FA75-4AE6-8D28-B404DC7DAF63'], ['Octets', DataType.ByteString, Buffer.from([1, 2, 3])],
  ['Text', DataType.LocalizedText, { text: 'hot', locale: 'en' }], ['History', DataType.Double, 0]
]

const range = new opcua.Range({ low: -10, high: 100 })

async function main () {
  const certificates = name => new opcua.OPCUACertificateManager({
    rootFolder: path.join(pki, name), automaticallyAcceptUnknownCertificate: true
  })
  const server = new opcua.OPCUAServer({
    port: 0, hostname: '127.0.0.1', alternateHostname: ['127.0.0.1', 'localhost'],
    nodeset_filename: [opcua.nodesets.standard], buildInfo: { productName: 'peer' },
    serverCertificateManager: certificates('server'), userCertificateManager: certificates('users'),
    securityPolicies: [opcua.SecurityPolicy.None, opcua.SecurityPolicy.Basic256Sha256,
      opcua.SecurityPolicy.Aes128_Sha256_RsaOaep, opcua.SecurityPolicy.Aes256_Sha256_RsaPss],
    securityModes: [opcua.MessageSecurityMode.None, opcua.MessageSecurityMode.Sign, opcua.MessageSecurityMode.SignAndEncrypt],
    allowAnonymous: true, userManager: { isValidUser: (user, password) => user === 'edge' && password === 's3cret' },
    serverCapabilities: { ...limits, operationLimits: limits, maxSessions: limits.maxSessions }
  })
  await server.initialize()
  const variables = build(server.engine.addressSpace)
  await server.start()
  const lines = readline.createInterface({ input: process.stdin })
  const port = new URL(server.getEndpointUrl()).port
  console.log('> ready', port)
  lines.on('line', line => console.log('>', answer(server, variables, JSON.parse(line))))
  lines.on('close', () => process.exit())
}

function build (space) {
  const own = space.getOwnNamespace()
  const plant = own.addObject({ organizedBy: space.rootFolder.objects, browseName: 'Plant', nodeId: 's=Plant' })
  const variables = {}
  const add = (name, dataType, value, options) => {
    variables[name] = own.addVariable({
      componentOf: plant, browseName: name, nodeId: 's=' + name, dataType, minimumSamplingInterval: 10, value, ...options
    })
  }
  for (const prefix of ['', 'Own']) {
    for (const [name, dataType, value] of nodes) {
      const access = name === 'Fixed' ? 'CurrentRead' : 'CurrentRead | CurrentWrite'
      add(prefix + name, dataType, { dataType, arrayType: VariantArrayType.Scalar, value }, { accessLevel: access, userAccessLevel: access })
    }
    add(prefix + 'Array', DataType.Double, {
      dataType: DataType.Double, arrayType: VariantArrayType.Array, value: new Float64Array([1, 2, 3])
    }, { valueRank: 1, arrayDimensions: [3] })
    add(prefix + 'Bytes', DataType.Byte, {
      dataType: DataType.Byte, arrayType: VariantArrayType.Array, value: new Uint8Array([1, 2])
    }, { valueRank: 1, arrayDimensions: [2] })
    add(prefix + 'Empty', DataType.UInt16, { dataType: DataType.Null })
  }
  add('Matrix', DataType.UInt32, {
    dataType: DataType.UInt32, arrayType: VariantArrayType.Matrix, dimensions: [2, 2], value: new Uint32Array([1, 2, 3, 4])
  }, { valueRank: 2, arrayDimensions: [2, 2] })
  add('Structure', 'Range', { dataType: DataType.ExtensionObject, value: range })
  for (let i = 0; i < 250; i++) add('Many' + i, DataType.Int32, { dataType: DataType.Int32, value: i })
  space.installHistoricalDataNode(variables.History, { maxOnlineValues: 10000 })
  return variables
}

function answer (server, variables, question) {
  const variable = variables[question.node]
  switch (question.do) {
    case 'set': {
      const { dataType, arrayType, dimensions } = variable.readValue().value
      const at = question.at ? new Date(question.at) : new Date()
      variable.setValueFromSource(new Variant({ dataType, arrayType, dimensions, value: question.value }), StatusCodes.Good, at)
      return 'ok'
    }
    case 'get':
      return JSON.stringify(variable.readValue().value.value)
    case 'refuse':
      for (const v of Object.values(variables)) refuse(v, question.on)
      return 'ok'
    case 'count':
      return JSON.stringify({ sessions: server.currentSessionCount, subscriptions: server.currentSubscriptionCount })
    default:
      return 'unknown'
  }
}

// refuse makes a node answer every read and write with a status that is bad, or no more.
function refuse (variable, on) {
  if (on) {
    variable.allowed = [variable.accessLevel, variable.userAccessLevel]
    variable.accessLevel = variable.userAccessLevel = 0
  } else if (variable.allowed) {
    [variable.accessLevel, variable.userAccessLevel] = variable.allowed
  }
}

main().catch(error => { console.error(error); process.exit(1) })
