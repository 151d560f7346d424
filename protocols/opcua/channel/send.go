package channel

import (
	"context"
	"fmt"
	"time"

	"github.com/gopcua/opcua/ua"
	"github.com/gopcua/opcua/uapolicy"

	"github.com/holdfast-edge/holdfast/protocols"
)

// symmetricHeader is the length of what stands before the sequence number: the header, the channel and the token.
const symmetricHeader = headerSize + 8

// send sends a message in as many frames as it takes. Whatever goes wrong half way breaks the channel.
func (c *Channel) send(kind string, request uint32, body []byte, timeout time.Duration) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	t := c.token()
	room := t.cipher.room(int(c.limits.send), symmetricHeader)
	if err := c.limits.allow(len(body), room); err != nil {
		return err
	}
	begin := appendUint32(appendUint32(appendHeader(nil, kind, intermediate), t.channel), t.id)
	for first := true; first || len(body) > 0; first = false {
		n := min(room, len(body))
		frame := append(make([]byte, 0, len(begin)+n+512), begin...)
		if n == len(body) {
			frame[3] = final
		}
		if err := c.write(t.cipher, frame, len(begin), request, body[:n], timeout); err != nil {
			return err
		}
		body = body[n:]
	}
	return nil
}

// allow refuses a message that the server said it would not take.
func (l limits) allow(size, room int) error {
	chunks := (size + room - 1) / room
	if l.message != 0 && int64(size) > int64(l.message) || l.chunks != 0 && int64(chunks) > int64(l.chunks) {
		return fmt.Errorf("a request of %d bytes: %w", size, ua.StatusBadRequestTooLarge)
	}
	return nil
}

// write seals a frame and sends it; writing is held.
func (c *Channel) write(by cipher, frame []byte, from int, request uint32, body []byte, timeout time.Duration) error {
	c.sequence = following(c.sequence)
	frame = appendUint32(appendUint32(frame, c.sequence), request)
	frame, err := by.seal(append(frame, body...), from)
	if err == nil {
		err = c.conn.SetWriteDeadline(time.Now().Add(timeout))
	}
	if err == nil {
		_, err = c.conn.Write(frame)
	}
	if err != nil {
		c.fail(protocols.Cut, err)
		return &Broken{Sent: true, Err: c.Err()}
	}
	return nil
}

// token returns the keys to send with; nil before the channel is open.
func (c *Channel) token() *token {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if len(c.tokens) == 0 {
		return nil
	}
	return c.tokens[0]
}

// RenewAt returns when Renew is due.
func (c *Channel) RenewAt() time.Time { return c.token().renewAt }

// Renew agrees upon new keys; other calls go on meanwhile. Errors are those of Ask. One caller at a time.
func (c *Channel) Renew(ctx context.Context, timeout time.Duration) error {
	nonce, err := c.makeNonce()
	if err != nil {
		return err
	}
	call, err := c.register()
	if err != nil {
		return err
	}
	call.timer = time.NewTimer(timeout)
	defer call.Cancel()
	if err := c.ask(call.request, nonce, timeout); err != nil {
		return err
	}
	if _, err := call.Wait(ctx); err != nil {
		return fmt.Errorf("open the secure channel: %w", err)
	}
	return nil
}

// makeNonce returns the half of the keys that this end makes (§6.7.4).
func (c *Channel) makeNonce() ([]byte, error) {
	if c.opening.algorithm == nil {
		return nil, nil
	}
	return c.opening.algorithm.MakeNonce()
}

// ask sends an OPN frame, which is never in chunks (§6.7.4).
func (c *Channel) ask(request uint32, nonce []byte, timeout time.Duration) error {
	act, id := ua.SecurityTokenRequestTypeIssue, uint32(0)
	if t := c.token(); t != nil {
		act, id = ua.SecurityTokenRequestTypeRenew, t.channel
	}
	body, err := c.body(&ua.OpenSecureChannelRequest{
		RequestType: act, SecurityMode: c.security.Mode, ClientNonce: nonce,
		RequestedLifetime: uint32(c.lifetime.Milliseconds()),
	}, request, nil, timeout)
	if err != nil {
		return err
	}
	c.mutex.Lock()
	c.nonce = nonce
	c.mutex.Unlock()
	c.writing.Lock()
	defer c.writing.Unlock()
	frame := c.security.appendSecurityHeader(appendUint32(appendHeader(nil, openChannel, final), id))
	return c.write(c.opening, frame, len(frame), request, body, timeout)
}

// install takes the keys of a response into use. It runs on the reading goroutine, since the server may use them in its
// next frame; frames under the old ones may still come. A response that says no, or that nobody asked for, changes
// nothing here: whoever asked learns of it.
func (c *Channel) install(body []byte) error {
	response, err := decode(body)
	opened, ok := response.(*ua.OpenSecureChannelResponse)
	if err != nil || !ok {
		return nil
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	now := time.Now()
	t, err := newToken(c.security, opened, c.nonce, now)
	if err != nil {
		return fmt.Errorf("open the secure channel: %w", err)
	}
	c.tokens = renewed(c.tokens, t, now)
	return nil
}

// sayGoodbye closes the channel at the server, which does not answer (OPC 10000-4 §5.5.3); writing is held.
func (c *Channel) sayGoodbye() {
	t := c.token()
	if t == nil {
		return
	}
	body, err := c.body(&ua.CloseSecureChannelRequest{}, 0, nil, farewell)
	if err != nil {
		return
	}
	begin := appendUint32(appendUint32(appendHeader(nil, closeChannel, final), t.channel), t.id)
	_ = c.write(t.cipher, begin, len(begin), 0, body, farewell) // it is being closed, whatever this says
}

// Sign returns the signature by which this end proves that it has its certificate's key, over the server's certificate
// and nonce; nil where the channel has no security (OPC 10000-4 §5.6.3).
func (c *Channel) Sign(certificate, nonce []byte) (*ua.SignatureData, error) {
	if c.opening.algorithm == nil {
		return &ua.SignatureData{}, nil
	}
	return sign(c.opening.algorithm, certificate, nonce)
}

// Verify checks the signature by which the server proves the same.
func (c *Channel) Verify(nonce, signature []byte) error {
	if c.opening.algorithm == nil {
		return nil
	}
	signed := append(append([]byte(nil), c.security.Certificate...), nonce...)
	return c.opening.algorithm.VerifySignature(signed, signature)
}

func sign(by *uapolicy.EncryptionAlgorithm, certificate, nonce []byte) (*ua.SignatureData, error) {
	signature, err := by.Signature(append(append([]byte(nil), certificate...), nonce...))
	return &ua.SignatureData{Algorithm: by.SignatureURI(), Signature: signature}, err
}
