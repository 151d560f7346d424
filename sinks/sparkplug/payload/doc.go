// Package payload is the codec of Sparkplug B's payloads, which are protobuf messages of the Tahu schema (Sparkplug 3.0
// §6.4.1). It knows what an edge node sends and what a host sends back: metrics of single values, with the properties of
// theirs that are numbers or texts. Data sets, templates, metadata and extensions are passed over.
//
// Decoding trusts nothing: lengths are held against what there is, and a payload has a bounded number of metrics.
package payload
