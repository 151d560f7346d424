// Package trial runs a query for somebody who wants to see what it does, before it
// becomes a rule: over pasted rows, or over live ones for a while.
//
//	result, err := trial.Pasted(query, options, []trial.Input{{Source: "boiler", Rows: pasted}}, bounds)
//
// or, for live rows, with a clock and a subscription of the caller's:
//
//	t := trial.New(query, options, now, bounds)
//	for t.Push(now, source, batch) { … }   // or t.Tick(now), when t.NextTick says
//	result := t.Finish(now)
//
// A trial is bounded in rows and in time, and keeps what it shows: the rows that
// were given, the rows that failed and why, and the plan. It writes nowhere. It has
// one owner, no clock and no goroutine.
package trial
