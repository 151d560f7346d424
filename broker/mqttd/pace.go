package mqttd

import (
	"bufio"
	"time"
)

// pace gathers what a client sends faster than it is worth to be woken for.
//
// A client that sends message after message of QoS 0, for streams of the node
// alone, is read every few milliseconds: what has come meanwhile is in the
// socket, and comes together, through the tap, the stream and the rules up to
// whoever receives their output. Being woken for a small packet costs more than
// everything else that happens to it.
//
// Nobody else waits: where a session receives the message, or its publisher waits
// for an answer, each packet is read as it comes. A read that fills the buffer is
// followed by the next one at once.
type pace struct {
	streaming bool          // the last packet was for taps alone
	filled    bool          // the last read filled the buffer
	portion   time.Duration // between two reads, in this span; 0: each packet is read as it comes
	packets   int           // in this span
	since     time.Time     // when the span began
	last      time.Time     // of the last read
}

const (
	paceSpan        = 10 * time.Millisecond
	frequent        = 8   // packets in a span
	worthwhile      = 400 // packets in a portion where that does not take too long
	shortestPortion = 2 * time.Millisecond
	longestPortion  = 5 * time.Millisecond
)

// packet notes a packet, which somebody may wait for.
func (p *pace) packet() {
	p.packets++
	p.streaming = false
}

// streamed notes that the packet is for taps alone, or is not.
func (p *pace) streamed(alone bool) { p.streaming = alone }

// wait returns how long to wait before the next read, at a time.
func (p *pace) wait(now time.Time) (d time.Duration) {
	if span := now.Sub(p.since); span >= paceSpan {
		p.portion = 0
		if each := span / time.Duration(max(p.packets, 1)); each <= paceSpan/frequent {
			p.portion = min(max(worthwhile*each, shortestPortion), longestPortion)
		}
		p.since, p.packets = now, 0
	}
	if p.streaming && !p.filled {
		d = max(p.portion-now.Sub(p.last), 0)
	}
	p.last = now.Add(d)
	return d
}

// portionBuffer is what one system call can bring in while a client is read in
// portions.
const portionBuffer = 64 << 10

// fit gives the reader a buffer for the pace that the client has now. What is in
// the one that it had is read first.
func (c *connection) fit() {
	size := readBuffer
	if c.pace.portion > 0 && c.pace.streaming {
		size = portionBuffer
	}
	left := c.in.Buffered()
	if size == c.in.Size() || left > readBuffer {
		return
	}
	rest, _ := c.in.Peek(left)
	c.source.before = append(c.source.before[:0], rest...)
	c.in = bufio.NewReaderSize(&c.source, size)
}

// gather waits as the pace says, unless the connection ends.
func (c *connection) gather() {
	d := c.pace.wait(time.Now())
	c.fit()
	c.source.mute(d > 0)
	if d <= 0 {
		return
	}
	if c.timer == nil {
		c.timer = time.NewTimer(d)
	} else {
		c.timer.Reset(d)
	}
	select {
	case <-c.timer.C:
	case <-c.closing:
	}
}
