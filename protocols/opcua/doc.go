// Package opcua is the driver for servers that speak OPC UA over TCP.
//
//	configuration ─Compile─▶ device ─▶ plan   reads of one group, in requests that the server can take
//	                            │     ─▶ point  one tag: node, type, scaling
//	endpoint ──────Dial────▶ session ─▶ channel ─▶ the server
//	                            │
//	                            └─Subscribe─▶ rows as they change, and the server's history of what was missed
//
// The pure parts hold no socket and no clock: addresses (address.go), types and values (types.go, value.go, convert.go),
// which endpoint and log-in to take (choice.go), how notifications and histories make rows (rows.go).
//
// Package channel is the secure channel, package pki the certificates and the trust in them.
//
// A session that fails stays failed: it is not mended here, but closed and dialled anew by the supervision, and a new
// subscription then asks the server's history for the gap.
//
// Not here: schedules, retries, demotion. Those are the actors', for all protocols alike. Nor alarms, events, methods
// and complex writes: values of structures are read where the standard defines them, and not written.
package opcua
