// Package bacnet is the driver for devices that speak BACnet/IP (ASHRAE 135, ISO 16484-5, Annex J), and for those on other
// BACnet networks behind a router. It is a client.
//
//	configuration ─Compile─▶ device ─▶ point   one tag: object, property, type, priority, scaling
//	endpoint ──────Dial────▶ session ─▶ link.Link ─▶ a device, a router, or a BBMD
//	                            │
//	                            ├─Read──▶ who it is, once (meet.go); what is polled, packed (pack.go, read.go);
//	                            │         what it tells by itself, from memory (cov.go, watch.go)
//	                            ├─Write─▶ WriteProperty, once
//	                            └─Browse▶ its list of objects
//
// Package wire is the codec, link the transport with its invoke ids and segments, simulator a device for tests.
//
// Requests that are not answered fault the device and not the session, since the answers have numbers: the socket stays.
//
// Not here: schedules, backoff, demotion. Those are the actors', for all protocols alike. Nor alarms, trend logs and schedules of
// devices, BACnet/SC and MS/TP lines of this machine.
package bacnet
