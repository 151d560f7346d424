package access_test

import (
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/console/access"
)

func TestASessionHoldsWhileItIsUsedAndNotForEver(t *testing.T) {
	s := access.NewSessions()
	token := s.Begin(noon)
	now := noon
	for now.Sub(noon) <= access.SessionLife {
		if !s.Holds(token, now) {
			t.Fatalf("it ended after %v", now.Sub(noon))
		}
		now = now.Add(access.SessionIdle)
	}
	if s.Holds(token, now) {
		t.Error("it holds for ever")
	}
	if s.Holds(token, noon) {
		t.Error("it came back")
	}
}

func TestASessionThatNobodyUsesEnds(t *testing.T) {
	s := access.NewSessions()
	token := s.Begin(noon)
	if s.Holds(token, noon.Add(access.SessionIdle+1)) {
		t.Error("it held")
	}
}

func TestAnEndedSessionIsOver(t *testing.T) {
	s := access.NewSessions()
	token, other := s.Begin(noon), s.Begin(noon)
	s.End(token)
	s.End("no such token")
	if s.Holds(token, noon) || !s.Holds(other, noon) {
		t.Error("the wrong one ended")
	}
	if token == other || s.Holds("", noon) {
		t.Error("tokens are not what they should be")
	}
}

func TestManySessionsMakeRoomByTheOneLongestUnused(t *testing.T) {
	s := access.NewSessions()
	first := s.Begin(noon)
	second := s.Begin(noon)
	s.Holds(first, noon.Add(time.Minute))
	for i := range 63 {
		s.Begin(noon.Add(time.Duration(i+1) * time.Second))
	}
	if s.Holds(second, noon.Add(2*time.Minute)) || !s.Holds(first, noon.Add(2*time.Minute)) {
		t.Error("room was made by another")
	}
}
