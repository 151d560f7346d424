package supervisor

import (
	"runtime"
	"sync"
	"testing"
)

func TestACrewDoesAllWorkAtOnceAndRestsBetween(t *testing.T) {
	c := newCrew()
	var done sync.WaitGroup
	meet := make(chan struct{})
	const n = 4 * mostResting
	for range 3 {
		done.Add(n)
		for range n {
			c.Schedule(func() { // each waits until all are at work
				defer done.Done()
				<-meet
			})
		}
		for range n {
			meet <- struct{}{}
		}
		done.Wait()
	}
	c.close()
	<-c.gone
	if c.alive != 0 || len(c.resting) != 0 {
		t.Errorf("%d alive, %d resting", c.alive, len(c.resting))
	}
}

func TestWorkThatEndsItsGoroutineIsNotMissed(t *testing.T) {
	c := newCrew()
	c.Schedule(runtime.Goexit)
	done := make(chan struct{})
	c.Schedule(func() { close(done) })
	<-done
	c.close()
	<-c.gone
}

func TestACrewThatIsOverStillWorks(t *testing.T) {
	c := newCrew()
	c.close()
	<-c.gone
	done := make(chan struct{})
	c.Schedule(func() { close(done) })
	<-done
}
