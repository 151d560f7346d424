// Package series shows the history as Prometheus' own engine wants it: a series
// for each tag that has numbers.
//
//	temperature{site="plant-7", stream="boiler.climate", device="boiler", group="climate", tag="temperature", unit="°C"}
//
// The name of the metric is the tag's, with an underscore for each character
// that PromQL does not let stand bare; the label tag has it as it is. A stream
// that is no group's has no device and no group. Truths are 0 and 1. A Bad value
// is a stale marker, so that a curve ends where the quality did; an Uncertain
// one counts. Texts and the rest have no series. The time of a sample is that of
// its value, in whole milliseconds; of several within one the first counts.
//
// Samples are read as the engine asks for them, a window at a time.
package series
