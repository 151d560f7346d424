// Package s7 is the driver for Siemens S7 PLCs: S7comm over ISO-on-TCP.
//
//	configuration ─Compile─▶ device ─▶ plan   ranges of one group, packed into jobs
//	                            │     ─▶ point  one tag: address, type, scaling
//	endpoint ──────Dial────▶ session ─▶ link ─▶ pdu
//
// The pure parts hold no socket and no clock: addresses and types (address.go, form.go, decode.go, encode.go), what tags
// are read together (plan.go), and what goes into which job (pack.go):
//
//	tags ──merge──▶ ranges of octets ──cut──▶ pieces that fit an answer ──pack──▶ jobs of up to 20 items
//
// The PLC judges each piece by itself. A range that it refuses is divided at its widest gap until the tags are found that
// are not there; those are asked again after 2, 4, … 256 scans, and once one answers, all that was learnt is forgotten.
//
// The packages below: link makes the connection and finds answers by their references, pdu knows the octets. Package plc is
// a PLC with faults, for tests.
//
// Not here: schedules, retries, demotion, deadbands. Those are the actors', for all protocols alike.
package s7
