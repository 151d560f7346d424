package document

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestAnErrorPrintsWhatIsKnownAndNothingElse(t *testing.T) {
	for want, err := range map[string]*Error{
		"f:1:2: a.b: p: x": {File: "f", Line: 1, Column: 2, Path: "a.b", Problem: "p", Fix: "x"},
		"f: p":             {File: "f", Problem: "p"},
		"a: p":             {Path: "a", Problem: "p"},
		"p: x":             {Problem: "p", Fix: "x"},
	} {
		if err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
	}
}

func TestAProblemKeepsItsFixApartWhenItIsPlaced(t *testing.T) {
	place := Place{Line: 3, Column: 4}
	if e := At("f", place, "a", &Problem{What: "w", Fix: "x"}); e.Problem != "w" || e.Fix != "x" || e.Error() != "f:3:4: a: w: x" {
		t.Errorf("placed %+v", e)
	}
	wrapped := fmt.Errorf("parse: %w", &Problem{What: "w", Fix: "x"})
	if e := At("f", place, "a", wrapped); e.Problem != "parse: w" || e.Fix != "x" {
		t.Errorf("placed %+v", e)
	}
	if e := At("f", place, "", io.EOF); e.Problem != "EOF" {
		t.Errorf("placed %+v", e)
	}
	if text := (&Problem{What: "w"}).Error(); text != "w" {
		t.Errorf("printed %q", text)
	}
}

func TestErrorsAreSortedByPlaceAndSaidOnce(t *testing.T) {
	alias := &Error{File: "a", Line: 2, Column: 1, Path: "other[1]", Problem: "x"}
	a, b, c := &Error{File: "a", Line: 2, Column: 1, Problem: "x"}, &Error{File: "a", Line: 10, Problem: "x"}, &Error{File: "b", Line: 1, Problem: "x"}
	again := *a
	got := Errors{c, &again, b, alias, a}.Sort()
	if len(got) != 3 || got[0].Line != 2 || got[1] != b || got[2] != c {
		t.Errorf("sorted %v", got)
	}
}

func TestOnlyTheFirstErrorsArePrintedAndTheRestCounted(t *testing.T) {
	var errs Errors
	for i := range MaxPrinted + 7 {
		errs = append(errs, &Error{File: "f", Line: i + 1, Problem: "p"})
	}
	lines := strings.Split(errs.Error(), "\n")
	if len(lines) != MaxPrinted+1 || lines[MaxPrinted] != "and 7 more" {
		t.Errorf("%d lines, last %q", len(lines), lines[len(lines)-1])
	}
}

func TestErrorsCanBeTakenApart(t *testing.T) {
	all := Errors{{File: "f", Problem: "p"}, {File: "g", Problem: "q"}}
	one, ok := errors.AsType[*Error](all.Err())
	if !ok || one.File != "f" || len(all.Unwrap()) != 2 {
		t.Errorf("taken out %+v %v", one, ok)
	}
	if err := (Errors{}).Err(); err != nil {
		t.Errorf("no errors are %v", err)
	}
}
