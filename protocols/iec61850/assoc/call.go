package assoc

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
)

// Call is a request on its way.
type Call struct {
	conn   *Conn
	began  time.Time
	answer chan mms.PDU // has room for it
}

// Start sends a request of a service, once the device has room for it, and waits for that as long as for a response.
func (c *Conn) Start(ctx context.Context, service []byte) (*Call, error) {
	timer := time.NewTimer(c.options.Timeout)
	defer timer.Stop()
	select {
	case c.slots <- struct{}{}:
	case <-c.broken:
		return nil, &Failure{Err: c.Err()}
	case <-timer.C:
		return nil, &Failure{Err: c.missed(ErrBusy)}
	case <-ctx.Done():
		return nil, &Failure{Err: context.Cause(ctx)}
	}
	call := &Call{conn: c, began: time.Now(), answer: make(chan mms.PDU, 1)}
	pdu, err := c.enter(call, service)
	if err != nil {
		<-c.slots
		return nil, &Failure{Err: err}
	}
	c.out <- pdu // as many as there are slots have room
	return call, nil
}

// enter numbers a call.
func (c *Conn) enter(call *Call, service []byte) ([]byte, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.err != nil {
		return nil, c.err
	}
	for c.invoke++; c.invoke == 0 || c.calls[c.invoke] != nil; {
		c.invoke++
	}
	pdu := mms.Request(c.invoke, service)
	if len(pdu) > c.agreed.MaxPDU {
		return nil, fmt.Errorf("a request of %d octets, and the device takes %d", len(pdu), c.agreed.MaxPDU)
	}
	c.calls[c.invoke] = call
	return pdu, nil
}

// answer gives an answer to whom it belongs; it is nobody's where the call is over.
func (c *Conn) answer(p mms.PDU) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	call := c.calls[p.Invoke]
	if call == nil {
		return
	}
	delete(c.calls, p.Invoke)
	c.silent = 0
	p.Body = bytes.Clone(p.Body)
	call.answer <- p
	<-c.slots
}

// missed counts that the device did not answer, and returns why; it breaks the association where it never does.
func (c *Conn) missed(why error) error {
	c.mutex.Lock()
	c.silent++
	silent := c.silent
	c.mutex.Unlock()
	if silent >= maxSilent {
		c.fail(fmt.Errorf("%d requests in a row were not answered: %w", silent, why))
		return c.Err()
	}
	return why
}

// Wait returns what the response says; a *mms.ServiceError where the device refuses, a *Failure where there is no answer.
func (call *Call) Wait(ctx context.Context) (body []byte, err error) {
	timer := time.NewTimer(time.Until(call.began.Add(call.conn.options.Timeout)))
	defer timer.Stop()
	select {
	case p := <-call.answer:
		return p.Body, p.Err()
	case <-call.conn.broken:
		return nil, &Failure{Sent: true, Err: call.conn.Err()}
	case <-timer.C:
		return nil, &Failure{Sent: true, Err: call.conn.missed(ErrTimeout)}
	case <-ctx.Done():
		return nil, &Failure{Sent: true, Err: context.Cause(ctx)}
	}
}
