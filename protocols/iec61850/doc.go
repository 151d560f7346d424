// Package iec61850 is the driver for devices of substations and plants that speak IEC 61850 over MMS: it is a client.
//
//	configuration ─Compile─▶ device ─▶ point    one tag: a reference into the model, type, scaling
//	endpoint ──────Dial────▶ session ─▶ assoc.Conn ─▶ the device (IED)
//	                            │
//	                            ├─Subscribe─▶ rows: what report control blocks tell, and what is read instead
//	                            ├─Read──────▶ data objects, as many as go into one PDU
//	                            ├─Write─────▶ a setpoint; or a control: select, operate, termination
//	                            └─Browse────▶ logical devices, nodes, data objects, attributes
//
// What is read is always a whole data object under one functional constraint, so that a value, its quality and its time are of
// one instant. Where in it a tag lies is found in the type that the device tells of it, which is asked once a session (model.go).
//
// The pure parts hold no socket: references (address.go), values (value.go), qualities and times (quality.go), controls as
// values (operate.go), reports (report.go).
//
// Below: package ber encodes, osi is what MMS lies in, mms the messages, assoc the association. Package ied is the other end for
// tests, oracle what tshark says.
//
// Not here: retries and demotion. Those are the actors', for all protocols alike, as schedules are but for what a subscription has
// to read because nothing reports it (docs/design/iec61850.md). Nor GOOSE and sampled values, which are
// no TCP.
package iec61850
