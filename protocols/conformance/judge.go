package conformance

import (
	"errors"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

// isSessions reports whether an error ends the session.
func isSessions(err error) bool {
	if _, refused := errors.AsType[*protocols.Refusal](err); refused {
		return false
	}
	return protocols.FaultOf(err).Scope == protocols.ScopeSession
}

// wantFault fails unless the error is a fault as the contract describes it.
func wantFault(t *testing.T, err error) {
	t.Helper()
	_ = faultIn(t, err)
}

// faultIn returns the fault that the error must be.
func faultIn(t *testing.T, err error) *protocols.Fault {
	t.Helper()
	f, ok := errors.AsType[*protocols.Fault](err)
	if !ok {
		t.Fatalf("got %v, want a fault", err)
	}
	if f.Scope != protocols.ScopeUnit && f.Scope != protocols.ScopeSession {
		t.Errorf("the fault has no scope: %+v", f)
	}
	if !f.Quality.IsBad() {
		t.Errorf("the fault makes values %v: %v", f.Quality, f)
	}
	if f.Err == nil || f.Error() == "" {
		t.Error("the fault says nothing")
	}
	return f
}

// wantValue fails unless the value is good and what is wanted.
func wantValue(t *testing.T, name string, got, want tag.Value) {
	t.Helper()
	if !same(got, want) || !got.Quality().IsGood() {
		t.Errorf("%s is %s (%v), want %s", name, show(got), got.Quality(), show(want))
	}
}

// same compares numbers by their value, whatever kind they have; a bool is 0 or 1, as in protocols that have no bools.
func same(a, b tag.Value) bool {
	x, isNumber := a.Float()
	y, areNumbers := b.Float()
	if isNumber && areNumbers {
		return x == y
	}
	return a.WithQuality(tag.Good).Equal(b.WithQuality(tag.Good))
}

func show(v tag.Value) string { return v.Kind().String() + " " + string(tag.AppendJSON(nil, v)) }

// wantUntouched fails if a value is Good: nothing was read that could be.
func wantUntouched(t *testing.T, values map[string]tag.Value) {
	t.Helper()
	for name, v := range values {
		if v.Kind() != tag.Absent && v.Quality().IsGood() {
			t.Errorf("%s is %s and good, from an answer that nobody could trust", name, show(v))
		}
	}
}
