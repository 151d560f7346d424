package reconcile

import (
	"errors"
	"testing"
	"time"
)

// TestAnEndThatIsDecidedIsCarriedOutByTheNextProcess cuts the power after each
// write of an end: the record of the trial, the pointer, the list of ends.
func TestAnEndThatIsDecidedIsCarriedOutByTheNextProcess(t *testing.T) {
	for _, end := range []State{Confirmed, Reverted, Withdrawn} {
		for writes := 1; writes <= 3; writes++ {
			l := newLife(t)
			s := l.open()
			r := records{s}
			before, err := s.Running()
			if err != nil {
				t.Fatal(err)
			}
			g, err := s.Accept([]byte("new"), "somebody", time.Now())
			if err != nil {
				t.Fatal(err)
			}
			c := &Change{Generation: g.Number, Before: before.Number, State: end, Proposed: time.Now()}
			want := before.Number
			if end == Confirmed {
				want = g.Number
			}
			err = errors.Join(s.Run(want), r.keep(c))
			if writes >= 2 && end == Confirmed {
				err = errors.Join(err, s.Confirm(g.Number))
			}
			if writes >= 3 {
				err = errors.Join(err, s.Put(endsSpace, key(c), []byte(`{"generation":2,"state":"`+string(end)+`"}`)))
			}
			if err := errors.Join(err, s.Close()); err != nil {
				t.Fatal(err)
			}
			s = l.open()
			r = records{s}
			run, resumed, err := Begin(s)
			running, runningErr := s.Running()
			confirmed, confirmedErr := s.Confirmed()
			ends, endsErr := r.ends()
			trial, trialErr := r.trial()
			if err := errors.Join(err, runningErr, confirmedErr, endsErr, trialErr, s.Close()); err != nil {
				t.Fatal(err)
			}
			if run != 0 || resumed || running.Number != want || confirmed.Number != want {
				t.Errorf("%s, %d writes: run %d, running %d, confirmed %d, want %d", end, writes, run, running.Number, confirmed.Number, want)
			}
			if len(ends) != 1 || ends[0].State != end || trial != nil {
				t.Errorf("%s, %d writes: ends %+v, on trial %+v", end, writes, ends, trial)
			}
		}
	}
}
