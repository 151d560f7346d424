// Package demo is a whole plant in one process: simulated Modbus devices and a
// substation behind real TCP, a far MQTT broker, and a node that runs between them. It exists to
// be broken and watched.
//
//	vessels ──TCP──▶ node ──MQTT──▶ far broker
//	   ▲ faults        │                ▲ fault: away
//	   └──writes───────┘
//
// What runs is no special build: the node is started as any other, from the
// site.yaml that this package writes into the data directory.
package demo
