package channel

import (
	"fmt"

	"github.com/gopcua/opcua/ua"
)

// sequenceSize is the length of the sequence number and the request's number (§6.7.2.4).
const sequenceSize = 8

// receiver turns frames into messages for those who wait for them. It belongs to the reading goroutine.
type receiver struct {
	channel  *Channel
	assembly assembly
	sequence uint32 // of the last frame
	begun    bool
}

// take takes one frame. An error means that the channel cannot be trusted any more.
func (r *receiver) take(frame []byte) error {
	kind, chunk := kindOf(frame)
	if kind == failure {
		return parseFailure(frame[headerSize:])
	}
	plain, err := r.unsealed(kind, frame)
	if err != nil {
		return err
	}
	c := cursor{rest: plain}
	sequence, request := c.uint32(), c.uint32()
	if c.short {
		return fmt.Errorf("%w: a frame without a sequence number", errFrame)
	}
	if r.begun && !follows(r.sequence, sequence) {
		return fmt.Errorf("%w: frame %d behind frame %d", errFrame, sequence, r.sequence)
	}
	r.begun, r.sequence = true, sequence
	if kind == openChannel {
		if err := r.channel.install(c.rest); err != nil {
			return err
		}
	}
	return r.deliver(request, chunk, c.rest)
}

// unsealed verifies and decrypts a frame and returns it from the sequence number on.
func (r *receiver) unsealed(kind string, frame []byte) ([]byte, error) {
	c := cursor{rest: frame[headerSize:]}
	id := c.uint32()
	switch kind {
	case openChannel:
		if err := r.channel.security.check(&c); err != nil {
			return nil, err
		}
		return r.channel.opening.open(frame, len(frame)-len(c.rest))
	case message:
		t := r.channel.tokenOf(id, c.uint32())
		if t == nil || c.short {
			return nil, fmt.Errorf("%w: a message under keys that nobody agreed upon", errSeal)
		}
		return t.cipher.open(frame, len(frame)-len(c.rest))
	default:
		return nil, fmt.Errorf("%w: %s on an open channel", errFrame, kind)
	}
}

// deliver hands a complete message to whoever waits for it, and drops it where nobody does.
func (r *receiver) deliver(request uint32, chunk byte, body []byte) error {
	reply, awaited := r.channel.awaited(request)
	if !awaited {
		if chunk != intermediate {
			r.channel.stray.Add(1)
		}
		r.assembly.drop(request)
		return nil
	}
	if chunk == abandoned {
		r.assembly.drop(request)
		r.channel.forget(request)
		fault := faultOf(parseFailure(body))
		r.channel.tellReceived(request, fault)
		reply <- fault
		return nil
	}
	whole, complete, err := r.assembly.add(request, chunk, body)
	if complete {
		r.channel.forget(request)
		r.channel.tellReceived(request, whole)
		reply <- whole
	}
	return err
}

// faultOf returns the message that says the same as an abandoned one.
func faultOf(r *Refused) []byte {
	b, err := encode(&ua.ServiceFault{ResponseHeader: &ua.ResponseHeader{
		ServiceResult: r.Status, ServiceDiagnostics: &ua.DiagnosticInfo{}, AdditionalHeader: ua.NewExtensionObject(nil),
	}})
	if err != nil {
		return nil
	}
	return b
}

// tokenOf returns the keys of a message.
func (c *Channel) tokenOf(channel, id uint32) *token {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, t := range c.tokens {
		if t.channel == channel && t.id == id {
			return t
		}
	}
	return nil
}

// awaited returns where the response to a request is wanted.
func (c *Channel) awaited(request uint32) (reply chan []byte, ok bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	reply, ok = c.waiting[request]
	return reply, ok
}

// forget takes a request off the list of those that a response is awaited for.
func (c *Channel) forget(request uint32) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	delete(c.waiting, request)
}
