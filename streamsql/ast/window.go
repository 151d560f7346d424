package ast

import "time"

// WindowKind is how rows are cut into groups over time.
type WindowKind uint8

// The kinds of window.
const (
	Tumbling WindowKind = iota // every Length, one after the other
	Hopping                    // Length long, one every Every
	Sliding                    // for each row the Length before it (and the Delay after it)
	Session                    // ends after Every without a row, or when Length long
	Count                      // Rows rows, one every EveryRows rows
	State                      // from the row where Begin holds to the row where Emit holds
)

var windowNames = [...]string{
	Tumbling: "TUMBLINGWINDOW", Hopping: "HOPPINGWINDOW", Sliding: "SLIDINGWINDOW",
	Session: "SESSIONWINDOW", Count: "COUNTWINDOW", State: "STATEWINDOW",
}

// String returns the window's name in SQL, "TUMBLINGWINDOW".
func (k WindowKind) String() string { return windowNames[k] }

// Window is the window of a GROUP BY. Only the fields of its Kind are set;
// durations are whole milliseconds.
type Window struct {
	Pos
	Kind WindowKind

	Length time.Duration // Tumbling, Hopping, Sliding; Session: the longest it may get
	Every  time.Duration // Hopping: from start to start; Session: the silence that ends it
	Delay  time.Duration // Sliding: how long to wait after the row for more

	Rows      int64 // Count
	EveryRows int64 // Count; equal to Rows where the text gives none

	Begin Expr // State: opens the window; alone: its value, a change of which closes it
	Emit  Expr // State: closes and emits it; nil: see Begin

	Filter      Expr   // FILTER (WHERE …): only such rows enter; nil: all
	PartitionBy []Expr // OVER (PARTITION BY …): a window for each
	When        Expr   // OVER (WHEN …): only such rows trigger; nil: every row
}
