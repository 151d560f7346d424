package channel

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/gopcua/opcua/ua"
)

// far is the server's end of a connection, written by hand so that it can do what no server should. It protects
// nothing.
type far struct {
	t        testing.TB
	conn     net.Conn
	sequence uint32
	channel  uint32
	token    uint32
}

// pair returns both ends of a connection in memory; the server's has answered what opens a channel.
func pair(t testing.TB) (*Channel, *far) {
	t.Helper()
	near, conn := net.Pipe()
	f := &far{t: t, conn: conn, channel: 7}
	var opened sync.WaitGroup
	opened.Go(f.greet)
	c, err := Open(context.Background(), near, Options{URL: "opc.tcp://test", Security: Insecure(), Lifetime: time.Hour})
	opened.Wait()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn.Close()
		c.Close()
	})
	return c, f
}

// greet answers HEL and OPN.
func (f *far) greet() {
	f.frame()
	f.write(acknowledgement(0, frameLimit, frameLimit, 0, 0))
	f.open(f.frame())
}

func acknowledgement(numbers ...uint32) []byte {
	frame := appendHeader(nil, acknowledge, final)
	for _, n := range numbers {
		frame = appendUint32(frame, n)
	}
	setSize(frame, len(frame))
	return frame
}

// open answers an OPN frame with the next token.
func (f *far) open(asked []byte) {
	f.token++
	c := cursor{rest: asked[headerSize+4:]}
	c.bytes()
	c.bytes()
	c.bytes()
	c.uint32()
	f.write(f.opening(c.uint32(), &ua.OpenSecureChannelResponse{
		ResponseHeader: good(),
		SecurityToken:  &ua.ChannelSecurityToken{ChannelID: f.channel, TokenID: f.token, RevisedLifetime: 3600_000},
	}))
}

func (f *far) opening(request uint32, response any) []byte {
	frame := Insecure().appendSecurityHeader(appendUint32(appendHeader(nil, openChannel, final), f.channel))
	return f.finished(frame, request, encoded(f.t, response))
}

// finished numbers a frame and completes it.
func (f *far) finished(frame []byte, request uint32, body []byte) []byte {
	f.sequence++
	frame = append(appendUint32(appendUint32(frame, f.sequence), request), body...)
	setSize(frame, len(frame))
	return frame
}

// chunk returns a frame of a message under a token.
func (f *far) chunk(token uint32, what byte, request uint32, body []byte) []byte {
	return f.finished(appendUint32(appendUint32(appendHeader(nil, message, what), f.channel), token), request, body)
}

// answer answers a request with a state.
func (f *far) answer(request uint32, state string) {
	f.write(f.chunk(f.token, final, request, encoded(f.t, told(state))))
}

// told is a response that carries a text.
func told(text string) *ua.ReadResponse {
	return &ua.ReadResponse{
		ResponseHeader: good(),
		Results:        []*ua.DataValue{{EncodingMask: ua.DataValueValue, Value: ua.MustVariant(text)}},
	}
}

func good() *ua.ResponseHeader {
	return &ua.ResponseHeader{ServiceDiagnostics: &ua.DiagnosticInfo{}, AdditionalHeader: ua.NewExtensionObject(nil)}
}

func encoded(t testing.TB, service any) []byte {
	t.Helper()
	body, err := encode(service)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// frame takes one frame; nil where the other end is gone.
func (f *far) frame() []byte {
	var header [headerSize]byte
	if _, err := io.ReadFull(f.conn, header[:]); err != nil {
		return nil
	}
	frame := make([]byte, binary.LittleEndian.Uint32(header[4:]))
	copy(frame, header[:])
	if _, err := io.ReadFull(f.conn, frame[headerSize:]); err != nil {
		return nil
	}
	return frame
}

// request takes one message and returns its number.
func (f *far) request() uint32 {
	frame := f.frame()
	if frame == nil {
		return 0
	}
	return binary.LittleEndian.Uint32(frame[symmetricHeader+4:])
}

// write sends a frame, as far as anybody takes it.
func (f *far) write(frame []byte) { _, _ = f.conn.Write(frame) }
