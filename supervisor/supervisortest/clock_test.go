package supervisortest

import (
	"slices"
	"testing"
	"time"
)

func TestAdvanceCallsWhatIsDueInTheOrderOfTime(t *testing.T) {
	c := NewClock()
	begin := c.Now()
	var called []int
	for _, n := range []int{3, 1, 2, 9} {
		c.AfterFunc(time.Duration(n)*time.Second, func() { called = append(called, n) })
	}
	c.Advance(3 * time.Second)
	if !slices.Equal(called, []int{1, 2, 3}) || c.Timers() != 1 {
		t.Errorf("called %v, %d to come", called, c.Timers())
	}
	if got := c.Now().Sub(begin); got != 3*time.Second {
		t.Errorf("the clock has moved by %v", got)
	}
}

func TestAStoppedFunctionIsNotCalled(t *testing.T) {
	c := NewClock()
	stop := c.AfterFunc(time.Second, func() { t.Error("called") })
	if !stop() || stop() {
		t.Error("stop does not tell whether it was in time")
	}
	c.Advance(time.Hour)
	if c.Timers() != 0 {
		t.Errorf("%d to come", c.Timers())
	}
}

func TestAFunctionMayUseTheClock(t *testing.T) {
	c := NewClock()
	var at []time.Time
	c.AfterFunc(time.Second, func() {
		at = append(at, c.Now())
		c.AfterFunc(time.Second, func() { at = append(at, c.Now()) })
	})
	c.Advance(time.Second)
	c.Advance(time.Second)
	if len(at) != 2 || at[1].Sub(at[0]) != time.Second {
		t.Errorf("called at %v", at)
	}
}
