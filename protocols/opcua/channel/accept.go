package channel

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/gopcua/opcua/ua"
)

// Served is the server's end of a channel without security: enough of one to play recordings to a client. Next comes from
// one goroutine, Reply from one goroutine.
type Served struct {
	conn     net.Conn
	in       *bufio.Reader
	assembly assembly
	limits   limits

	mutex    sync.Mutex // held while a message is sent
	token    uint32
	sequence uint32
}

// servedChannel is the number of every channel: each has a connection of its own.
const servedChannel = 1

// servedLifetime is how long tokens are said to be good for; they are for ever.
const servedLifetime = time.Hour

// Accept greets a client and opens the channel. It does not close the connection.
func Accept(conn net.Conn) (*Served, error) {
	s := &Served{conn: conn, in: bufio.NewReaderSize(conn, leastFrame), assembly: newAssembly()}
	frame, err := readFrame(s.in, frameLimit)
	if err != nil {
		return nil, err
	}
	if s.limits, err = parseHello(frame); err != nil {
		return nil, err
	}
	answer := appendHeader(nil, acknowledge, final)
	for _, n := range [...]uint32{0, frameLimit, frameLimit, messageLimit, chunkLimit} {
		answer = appendUint32(answer, n)
	}
	setSize(answer, len(answer))
	if _, err := conn.Write(answer); err != nil {
		return nil, err
	}
	frame, err = readFrame(s.in, frameLimit)
	if err != nil {
		return nil, err
	}
	if kind, _ := kindOf(frame); kind != openChannel {
		return nil, fmt.Errorf("%w: %s where a channel is to be opened", errFrame, kind)
	}
	if err := s.open(frame); err != nil {
		return nil, err
	}
	return s, nil
}

// parseHello reads the limits of a client.
func parseHello(frame []byte) (limits, error) {
	if kind, _ := kindOf(frame); kind != hello {
		return limits{}, fmt.Errorf("%w: it begins with %s", errFrame, kind)
	}
	c := cursor{rest: frame[headerSize:]}
	c.uint32() // the version
	var l limits
	l.send = c.uint32()
	c.uint32() // what it sends
	l.message, l.chunks = c.uint32(), c.uint32()
	if c.short || l.send < leastFrame {
		return limits{}, fmt.Errorf("%w: its limits make no sense", errFrame)
	}
	l.send, l.receive = min(l.send, frameLimit), frameLimit
	return l, nil
}

// open answers an OPN frame.
func (s *Served) open(frame []byte) error {
	c := cursor{rest: frame[headerSize:]}
	c.uint32() // the channel
	policy := string(c.bytes())
	c.bytes()
	c.bytes()
	c.uint32() // the sequence number
	request := c.uint32()
	if c.short {
		return fmt.Errorf("%w: an OPN frame that ends too soon", errFrame)
	}
	if policy != ua.SecurityPolicyURINone {
		return fmt.Errorf("%w: the client wants the policy %s, and a recording is played without any", errSeal, policy)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.token++
	body, err := encode(&ua.OpenSecureChannelResponse{
		ResponseHeader: &ua.ResponseHeader{
			Timestamp: time.Now(), RequestHandle: request, ServiceDiagnostics: &ua.DiagnosticInfo{}, AdditionalHeader: ua.NewExtensionObject(nil),
		},
		SecurityToken: &ua.ChannelSecurityToken{
			ChannelID: servedChannel, TokenID: s.token, CreatedAt: time.Now(), RevisedLifetime: uint32(servedLifetime.Milliseconds()),
		},
	})
	if err != nil {
		return err
	}
	answer := Insecure().appendSecurityHeader(appendUint32(appendHeader(nil, openChannel, final), servedChannel))
	return s.write(answer, request, body)
}

// errGoodbye says that the client has closed the channel.
var errGoodbye = errors.New("the client has closed the channel")

// Next returns the next request. Renewals are answered on the way.
func (s *Served) Next() (request uint32, asked []byte, err error) {
	for {
		frame, err := readFrame(s.in, s.limits.receive)
		if err != nil {
			return 0, nil, err
		}
		kind, chunk := kindOf(frame)
		switch kind {
		case openChannel:
			err = s.open(frame)
		case closeChannel:
			err = errGoodbye
		case message:
			var complete bool
			if request, asked, complete, err = s.take(frame, chunk); complete {
				return request, asked, nil
			}
		default:
			err = fmt.Errorf("%w: %s on an open channel", errFrame, kind)
		}
		if err != nil {
			return 0, nil, err
		}
	}
}

// take takes a chunk of a request.
func (s *Served) take(frame []byte, chunk byte) (request uint32, asked []byte, complete bool, err error) {
	c := cursor{rest: frame[headerSize:]}
	c.uint32() // the channel
	c.uint32() // the token
	c.uint32() // the sequence number
	request = c.uint32()
	if c.short {
		return 0, nil, false, fmt.Errorf("%w: a frame without a sequence number", errFrame)
	}
	asked, complete, err = s.assembly.add(request, chunk, c.rest)
	return request, asked, complete, err
}

// Reply sends the response to a request.
func (s *Served) Reply(request uint32, body []byte) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	room := int(s.limits.send) - symmetricHeader - sequenceSize
	for first := true; first || len(body) > 0; first = false {
		n := min(room, len(body))
		chunk := intermediate
		if n == len(body) {
			chunk = final
		}
		frame := appendUint32(appendUint32(appendHeader(nil, message, chunk), servedChannel), s.token)
		if err := s.write(frame, request, body[:n]); err != nil {
			return err
		}
		body = body[n:]
	}
	return nil
}

// write numbers a frame, completes and sends it; mutex is held.
func (s *Served) write(frame []byte, request uint32, body []byte) error {
	s.sequence = following(s.sequence)
	frame = append(appendUint32(appendUint32(frame, s.sequence), request), body...)
	setSize(frame, len(frame))
	_, err := s.conn.Write(frame)
	return err
}
