// Package report decides which of the values that were read are news: report by
// exception. It is pure; times come with the values.
//
//	scan ──▶ Filter, one a tag ──▶ Gate, one a group ──▶ rows
//	         is it news?           when is it told?
//
// # Filter
//
// A value is compared with what was reported last, so that a slow drift is
// reported when it has gone far enough. A change of quality or of kind is always
// news. So is a value whose heartbeat has come.
//
// A band reports a number that differs from the last reported one by more than
// the band. A swinging door (Bristol 1990, US patent 4,669,097) reports the
// corners of a line instead: as long as one straight line from the last corner
// passes all values within the deviation, nothing is news; the value that no
// such line reaches makes the one before it a corner, which is reported with the
// time that it had. What is drawn between reported values therefore never misses
// one that was not by more than the deviation.
//
// # Gate
//
// A row has all tags. What is no news stands in it as it was reported last, with
// the source time that it had then. Without news there is no row. Where the
// group has an interval of its own for reports, news waits for it, the newest in
// place of what came before; a change of quality waits for nothing. A device
// that sends by itself offers nothing while nothing changes: what holds is told
// again when it is asked for.
package report
