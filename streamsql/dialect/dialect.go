// Package dialect is the one place where the standard language and eKuiper's
// part ways: a Dialect says how, and the rest of streamsql asks it instead of
// asking where a text came from. docs/reference/compatibility.md tells users
// the same.
package dialect

import (
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
)

// Dialect is how names and operators of one language behave. It is immutable.
type Dialect struct {
	Name string

	// Strict makes a wrong type an error of the row instead of converting it:
	// 'a' * 2, 1 = '1', 1 / 0, an index beyond the end of an array.
	Strict bool
	// AliasFirst lets an alias hide a column of the same name everywhere but in
	// its own definition. In standard SQL the column comes first.
	AliasFirst bool
	// FilterAfterWindow lets WHERE see the rows of a window that was closed, so
	// that rows it rejects count for COUNTWINDOW, trigger SLIDINGWINDOW and, in
	// event time, let SESSIONWINDOW go on. In standard SQL WHERE comes before any grouping.
	FilterAfterWindow bool
	// AggregatesInWhere lets WHERE call aggregates, which are then over all rows
	// of the window, before any is rejected and whatever GROUP BY says.
	AggregatesInWhere bool
	// SetOfOne lets a query that groups and has no window take each row for a
	// set of its own. The standard dialect asks for a window.
	SetOfOne bool
	// HavingKeepsRows lets HAVING without groups decide on all rows together,
	// which then are the output. In standard SQL it makes one group of them.
	HavingKeepsRows bool
	// FirstRowOfGroup takes columns outside of aggregates from the first row of
	// a group even beside min or max; SQLite takes the row of those.
	FirstRowOfGroup bool
	// WholeSetFails drops all rows of a window where one fails.
	WholeSetFails bool
	// EKuiperSpans gives windows the starts, and sessions the ends, that eKuiper
	// gives them.
	EKuiperSpans bool
	// ConditionsOpen lets a row that opens a STATEWINDOW not close it as well, and
	// one condition alone open the next window wherever it holds. In the standard
	// language such a row is a window, and a value alone closes by its change.
	ConditionsOpen bool
	// NumberedColumns names a column without an alias kuiper_field_0,
	// kuiper_field_1 …; otherwise it has the text of its expression.
	NumberedColumns bool
	// UnitsReserved makes dd, hh, mi, ss and ms, outside of quotes, units of time
	// and no names of columns.
	UnitsReserved bool
	// NullsLast sorts NULL behind everything.
	NullsLast bool
	// Functions finds the functions of the dialect.
	Functions *fn.Registry
}

// Of returns the dialect that a text was parsed as.
func Of(d ast.Dialect) *Dialect {
	if d == ast.EKuiper {
		return EKuiper()
	}
	return Standard()
}

// Standard returns the language of Holdfast.
func Standard() *Dialect { return &Dialect{Name: "standard", Functions: fn.Standard()} }

// EKuiper returns the language of LF Edge eKuiper, v2.
func EKuiper() *Dialect {
	return &Dialect{
		Name: "ekuiper", Strict: true, AliasFirst: true, FilterAfterWindow: true, AggregatesInWhere: true,
		SetOfOne: true, HavingKeepsRows: true, FirstRowOfGroup: true, WholeSetFails: true, EKuiperSpans: true, ConditionsOpen: true,
		NumberedColumns: true, UnitsReserved: true, NullsLast: true, Functions: fn.EKuiper(),
	}
}
