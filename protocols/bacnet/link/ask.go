package link

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
)

// Request is what is asked of a device.
type Request struct {
	To      Peer
	Service wire.Service
	Body    []byte
	Timeout time.Duration // of each attempt; while segments come, of the time between two
	Retries int           // attempts beside the first, with the same invoke id; 0 for what must not be done twice
}

// call is a request that waits for its answer.
type call struct {
	service  wire.Service
	answered chan answer   // has room for one
	moved    chan struct{} // has an element when a segment has come
	assembly assembly
}

type answer struct {
	apdu wire.APDU
	err  error
}

// restTime is how long the invoke id of a request without an answer is not used again.
const restTime = time.Minute

// free returns an invoke id that no request to the peer has. The caller holds the lock.
func (l *Link) free(to Peer, now time.Time) key {
	for range 1 << 8 {
		l.invoke++
		k := key{to, l.invoke}
		if _, taken := l.calls[k]; !taken && now.After(l.rested[k]) {
			delete(l.rested, k)
			return k
		}
	}
	l.invoke++ // every one is taken or rests: the oldest is the least bad
	return key{to, l.invoke}
}

// rest lets an invoke id rest. The caller holds the lock.
func (l *Link) rest(k key, now time.Time) {
	const most = 4096
	if len(l.rested) >= most {
		for old, until := range l.rested {
			if now.After(until) || len(l.rested) >= most {
				delete(l.rested, old)
			}
		}
	}
	l.rested[k] = now.Add(restTime)
}

// Ask sends a request and returns the body of its answer. An answer that is no is a *wire.Refusal. sent says whether the
// device may have the request.
func (l *Link) Ask(ctx context.Context, r Request) (body []byte, sent bool, err error) {
	c := &call{service: r.Service, answered: make(chan answer, 1), moved: make(chan struct{}, 1)}
	l.mutex.Lock()
	if l.err != nil {
		defer l.mutex.Unlock()
		return nil, false, l.err
	}
	k := l.free(r.To, time.Now())
	l.calls[k] = c
	l.mutex.Unlock()
	attempt := 0
	defer func() {
		l.mutex.Lock()
		defer l.mutex.Unlock()
		delete(l.calls, k)
		if _, answered := errors.AsType[*wire.Refusal](err); attempt > 0 || err != nil && !answered {
			l.rest(k, time.Now())
		}
	}()
	for ; ; attempt++ {
		if err := l.send(r.To, request(k.invoke, r.Service, r.Body)); err != nil {
			return nil, sent, &Unreachable{fmt.Errorf("send: %w", err)}
		}
		sent = true
		a, err := l.await(ctx, c, r.Timeout)
		if err != ErrNoAnswer || attempt >= r.Retries { //nolint:errorlint // await returns it as it is
			if err == nil {
				a, err = whole(a, r.Service)
			}
			return a.Body, true, err
		}
	}
}

// whole returns an answer, or the refusal that it is.
func whole(a wire.APDU, s wire.Service) (wire.APDU, error) {
	switch {
	case a.Kind >= wire.ErrorPDU:
		refusal := wire.ParseRefusal(&a)
		return a, refusal
	case a.Service != s:
		return a, fmt.Errorf("the device answers service %d with %d", s, a.Service)
	default:
		return a, nil
	}
}

// await waits for the answer, as long as there is hope.
func (l *Link) await(ctx context.Context, c *call, timeout time.Duration) (wire.APDU, error) {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for {
		select {
		case a := <-c.answered:
			return a.apdu, a.err
		case <-c.moved:
			timer.Reset(timeout)
		case <-timer.C:
			return wire.APDU{}, ErrNoAnswer
		case <-l.done:
			return wire.APDU{}, l.Err()
		case <-ctx.Done():
			return wire.APDU{}, context.Cause(ctx)
		}
	}
}

// give gives an answer to whoever waits for it. The caller holds the lock.
func (c *call) give(a answer) {
	select {
	case c.answered <- a:
	default:
	}
}
