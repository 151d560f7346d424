// Package iec104 is the driver for stations that speak IEC 60870-5-104: it is the controlling station.
//
//	configuration ─Compile─▶ device ─▶ point   one tag: address, type, command, scaling
//	endpoint ──────Dial────▶ session ─▶ link.Group ─▶ the station, on one of its addresses
//	                            │
//	                            ├─Subscribe─▶ rows: what an interrogation tells, then what changes
//	                            ├─Write─────▶ a command, and its confirmation
//	                            └─Read──────▶ an interrogation
//
// The pure parts hold no socket and no clock: addresses (address.go), values and commands (point.go, value.go), times
// (clock.go), how objects make rows (rows.go).
//
// Package apdu is the codec, link the transport, outstation the other end for tests and demos, oracle what tshark says.
//
// A session is an endpoint, and a device is a common address behind it. A session that fails stays failed: it is closed
// and dialled anew by the supervision; the subscription of the next one interrogates the station.
//
// Not here: schedules, retries, demotion. Those are the actors', for all protocols alike. Nor files, parameters and
// protection equipment.
package iec104
