// Package window decides which rows belong together, and when that is known.
//
// A Machine is a step machine: rows are added with their time, time is told to
// it, and it calls back when a window closes. It does not know what rows are. It
// puts them into panes, which its owner provides: a pane keeps the rows, or adds
// them up at once. A window is one pane, or several side by side, so that windows
// that overlap share them and no row is looked at twice.
//
//	tumbling  |---1---|---2---|            one pane each
//	hopping   |-------1-------|            panes between every place where a
//	              |-------2-------|        window begins or ends
//	sliding   rows of the last Length, when a row triggers
//	session   rows without a silence of Every between them, at most Length
//	count     the last Rows rows, every EveryRows rows
//	state     from a row that begins to a row that emits
//
// Whole windows stand at multiples of their length since the Unix epoch, so a
// restart does not move them. Rows are added in the order of their times: that
// is given by the clock in processing time, and brought about by package exec in
// event time, where the time that is told is the watermark.
package window
