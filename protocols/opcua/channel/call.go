package channel

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gopcua/opcua/ua"
)

// ErrTimeout says that no response came in time. One that comes later is dropped.
var ErrTimeout = errors.New("no response in time")

// Broken is why a call failed that the channel did not survive.
type Broken struct {
	Sent bool // the request may have reached the server
	Err  error
}

// Error describes why.
func (b *Broken) Error() string { return b.Err.Error() }

// Unwrap returns the cause.
func (b *Broken) Unwrap() error { return b.Err }

// Call is a request whose response is awaited.
type Call struct {
	channel *Channel
	request uint32
	reply   chan []byte
	timer   *time.Timer
}

// Start sends a request under a session's token, which may be nil, and gives it a time to be answered in. Who starts a
// call waits for it, or cancels it. The error is *Broken, or what is wrong with the request, which then was not sent.
func (c *Channel) Start(request ua.Request, session *ua.NodeID, timeout time.Duration) (*Call, error) {
	call, err := c.register()
	if err != nil {
		return nil, err
	}
	body, err := c.body(request, call.request, session, timeout)
	if err == nil {
		c.tellSent(request, call.request)
		err = c.send(message, call.request, body, timeout)
	}
	if err != nil {
		c.forget(call.request)
		return nil, err
	}
	call.timer = time.NewTimer(timeout)
	return call, nil
}

// Ask sends a request and waits for its response. Errors are those of Start and Wait.
func (c *Channel) Ask(ctx context.Context, request ua.Request, session *ua.NodeID, timeout time.Duration) (ua.Response, error) {
	call, err := c.Start(request, session, timeout)
	if err != nil {
		return nil, err
	}
	return call.Wait(ctx)
}

// Wait returns the response. Without one the error is ErrTimeout, *Broken or that of ctx; a response that says no is
// the ua.StatusCode that it says, and one that cannot be read is ua.StatusBadDecodingError.
func (c *Call) Wait(ctx context.Context) (ua.Response, error) {
	defer c.Cancel()
	select {
	case body := <-c.reply:
		return decode(body)
	case <-c.timer.C:
		return nil, ErrTimeout
	case <-c.channel.broken:
		return c.last()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// last returns the response where it came before the channel broke.
func (c *Call) last() (ua.Response, error) {
	select {
	case body := <-c.reply:
		return decode(body)
	default:
		return nil, &Broken{Sent: true, Err: c.channel.Err()}
	}
}

// Cancel gives the call up: its response, if it comes, is dropped.
func (c *Call) Cancel() {
	c.timer.Stop()
	c.channel.forget(c.request)
}

// register gives a request its number.
func (c *Channel) register() (*Call, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.err != nil {
		return nil, &Broken{Err: c.err}
	}
	c.request++
	call := &Call{channel: c, request: c.request, reply: make(chan []byte, 1)}
	c.waiting[c.request] = call.reply
	return call, nil
}

// body returns a request as bytes, with its header.
func (c *Channel) body(r ua.Request, number uint32, session *ua.NodeID, timeout time.Duration) ([]byte, error) {
	if session == nil {
		session = ua.NewTwoByteNodeID(0)
	}
	r.SetHeader(&ua.RequestHeader{
		AuthenticationToken: session, Timestamp: time.Now(), RequestHandle: number,
		TimeoutHint: uint32(min(timeout.Milliseconds(), 1<<31)),
	})
	return encode(r)
}

// encode returns a request or response as bytes, its type first (§5.2.1).
func encode(service any) ([]byte, error) {
	id, err := ua.NewFourByteExpandedNodeID(0, ua.ServiceTypeID(service)).Encode()
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", service, err)
	}
	body, err := ua.Encode(service)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", service, err)
	}
	return append(id, body...), nil
}
