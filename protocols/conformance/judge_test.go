package conformance

import (
	"errors"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestNumbersAreTheSameWhateverTheirKind(t *testing.T) {
	for _, c := range []struct {
		a, b tag.Value
		want bool
	}{
		{tag.IntOf(3), tag.FloatOf(3), true},
		{tag.IntOf(3), tag.FloatOf(3.5), false},
		{tag.BoolOf(true), tag.IntOf(1), true},
		{tag.BoolOf(true), tag.BoolOf(false), false},
		{tag.StringOf("3"), tag.IntOf(3), false},
		{tag.StringOf("3"), tag.StringOf("3").WithQuality(tag.Uncertain), true},
		{tag.NullOf(tag.BadTimeout), tag.IntOf(0), false},
	} {
		if got := same(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: %v", show(c.a), show(c.b), got)
		}
	}
}

func TestARefusalDoesNotEndTheSession(t *testing.T) {
	for err, want := range map[error]bool{
		&protocols.Refusal{Err: errors.New("no")}:                                false,
		&protocols.Fault{Scope: protocols.ScopeUnit, Err: errors.New("silent")}:  false,
		&protocols.Fault{Scope: protocols.ScopeSession, Err: errors.New("gone")}: true,
		errors.New("of no scope"):                                                true,
	} {
		if got := isSessions(err); got != want {
			t.Errorf("%v: %v", err, got)
		}
	}
}
