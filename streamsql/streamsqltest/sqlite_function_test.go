package streamsqltest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/streamsqltest/gen"
)

// edges are literals of every type, near every edge.
var edges = strings.Split("NULL|TRUE|''|'a'|'ABC'|'1'|' 4'|'3x'|'2e1'|'-1.5'|'ü'|x''|x'61'|x'6162'|"+
	"0|1|-1|3|9223372036854775807|-9223372036854775807|0.0|-0.5|2.5|1e300|1e999", "|")

// TestEachFunctionGivesWhatSQLiteGivesForEachKindOfValue calls every function
// with one and two of the literals, and with three of some.
func TestEachFunctionGivesWhatSQLiteGivesForEachKindOfValue(t *testing.T) {
	db := openDatabase(t, 1)
	// a text that holds a NUL ends there for SQLite's operators, so that expressions do not call char
	for _, f := range append(gen.Functions(), gen.Function{Name: "char", MinArgs: 1, MaxArgs: 3}) {
		eachCall(f, func(call string) { db.compare(t, 0, gen.Query{Text: "SELECT " + call + " AS c1 FROM t LIMIT 1"}) })
	}
}

func TestEachApproximationIsNearToSQLites(t *testing.T) {
	db := openDatabase(t, 1)
	for _, f := range gen.Approximations() {
		eachCall(f, func(call string) {
			db.compare(t, 0, gen.Query{Text: fmt.Sprintf("SELECT printf('%%.10e', %s) AS c1, %[1]s IS NULL AS c2 FROM t LIMIT 1", call)})
		})
	}
}

// eachCall calls a function with all lists of literals that it takes, of three
// with some of them.
func eachCall(f gen.Function, do func(call string)) {
	lists := []string{""}
	for n := range min(f.MaxArgs, 3) + 1 {
		if n >= f.MinArgs {
			for _, list := range lists {
				do(f.Name + "(" + strings.TrimPrefix(list, ", ") + ")")
			}
		}
		lists = longer(lists, edges, 1+8*(n/2))
	}
}

// longer returns each list with each of the literals behind it, but of many only
// one for each so many.
func longer(lists, literals []string, each int) []string {
	var all []string
	for i, list := range lists {
		for j, literal := range literals {
			if (i+j)%each == 0 {
				all = append(all, list+", "+literal)
			}
		}
	}
	return all
}
