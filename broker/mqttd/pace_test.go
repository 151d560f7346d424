package mqttd

import (
	"testing"
	"time"
)

// read is a read that brings packets for taps alone, some time after the last.
func (p *pace) read(now *time.Time, after time.Duration, packets int) time.Duration {
	*now = now.Add(after)
	for range packets {
		p.packet()
		p.streamed(true)
	}
	d := p.wait(*now)
	*now = now.Add(d)
	return d
}

func TestAClientThatSendsQuicklyForStreamsAloneIsReadInPortions(t *testing.T) {
	var p pace
	now := time.Unix(0, 0)
	const every = 50 * time.Microsecond
	reads, come := 0, 1
	for begun := now; now.Sub(begun) < time.Second; reads++ {
		come = 1 + int(p.read(&now, every, come)/every)
	}
	if reads < 150 || reads > 500 {
		t.Errorf("%d reads in a second, want about one each 5 ms", reads)
	}
	p.filled = true
	if d := p.read(&now, 50*time.Microsecond, 60); d != 0 {
		t.Errorf("behind a read that was full it waits %s", d)
	}
}

func TestNobodyWhoWaitsIsKeptWaiting(t *testing.T) {
	var p pace
	now := time.Unix(0, 0)
	for range 1000 {
		p.read(&now, time.Microsecond, 3)
	}
	p.packet() // of a kind that is answered, or for a session
	if d := p.wait(now); d != 0 {
		t.Errorf("it waits %s", d)
	}
	for i := range 100 {
		if d := p.read(&now, 2*time.Millisecond, 1); d != 0 && i > 20 {
			t.Fatalf("a client that sends now and then waits %s", d)
		}
	}
}
