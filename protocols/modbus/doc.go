// Package modbus is the driver for Modbus over TCP, TLS, UDP and serial lines, in MBAP, RTU and ASCII frames.
//
//	configuration ─Compile─▶ device ─▶ plan   merged reads of one group
//	                            │     ─▶ point  one tag: address, type, scaling
//	endpoint ──────Dial────▶ session ─▶ link ─▶ wire
//
// The pure parts hold no socket and no clock: addresses, types and byte orders (register.go, decode.go, encode.go),
// the partition of addresses into requests (partition.go), and what a device's refusals teach (plan.go):
//
//	read block ──answered──▶ values
//	     │
//	     └─"no such address"──▶ split at the widest gap ──▶ … ──▶ a hole: one tag that the device does not have
//	                                                               asked again after 2, 4, … 256 scans; once it
//	                                                               answers, all that was learnt is forgotten
//
// The package below, link, makes sure that a reply is never taken for another request's; wire knows the bytes.
// Package slave serves registers, simulator is a plant made of slaves, faultline breaks the line to any of them.
//
// Not here: schedules, retries, demotion of dead units, deadbands. Those are the actors', for all protocols alike.
package modbus
