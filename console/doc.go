// Package console is what people and programs outside see of a node: a REST API
// with its OpenAPI description, metrics for Prometheus, and one web page. It
// shows and passes on commands; it knows the node by the interface Node only,
// and decides nothing about the plant.
//
//	GET    /                                    the page
//	GET    /healthz /readyz /metrics            for machines
//	GET    /api/v1/openapi.json                 what follows, in full
//	GET    /api/v1/version
//	GET    /api/v1/devices[/{d}[/tags[/{t}]]]   PUT a tag: write it, and hear how that went
//	GET    /api/v1/tags /streams /rules /sinks /log /broker /tree
//	GET    /api/v1/events                       those after a number, waiting for one if asked
//	GET    /api/v1/history[.csv]                a tag's curve, thinned to what a screen can show
//	GET    /api/v1/query                        POST: SQL over the history, as JSON or CSV
//	GET    /prometheus/api/v1/…                 POST: PromQL over the history; see package promapi
//	GET    /api/v1/stream                       server-sent events: tree, tags, events, counters
//	POST   /api/v1/actors/{restart|stop|start}
//	GET    /api/v1/faults                       PUT one: break the demonstration's plant
//	GET    /api/v1/session                      POST: log in, DELETE: log out
//
// On a loopback address there is no log-in, and the headers Host and Origin are
// checked. On any other there is no console without TLS and a log-in; package
// access has the rules.
//
// The server's life, which a supervisor drives:
//
//	Open ──▶ bound ──Serve──▶ serving ──error──▶ (Serve binds again) ──▶ serving
//	           │                 │ its context is done
//	         Close               ▼
//	           └─────────────▶ closed
package console
