package mqtt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/eclipse/paho.golang/packets"

	"github.com/holdfast-edge/holdfast/sinks"
)

// terms are what both sides agreed on in CONNECT and CONNACK.
type terms struct {
	window     int           // messages that may be on the way
	packetSize int           // the largest packet that the far end takes
	keepAlive  time.Duration // the longest silence
}

// greet sends CONNECT and waits for CONNACK. When ctx is done it fails at once.
func greet(ctx context.Context, conn net.Conn, in *bufio.Reader, o *Options, clientID string) (terms, error) {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	hello, err := connectPacket(o, clientID)
	if err != nil {
		return terms{}, err
	}
	if _, err := hello.WriteTo(conn); err != nil {
		return terms{}, fmt.Errorf("send CONNECT: %w", orDone(ctx, err))
	}
	reply, err := readConnack(in)
	if err != nil {
		return terms{}, fmt.Errorf("read CONNACK: %w", orDone(ctx, err))
	}
	if reply.ReasonCode != 0 {
		return terms{}, openingRefused(reply.ReasonCode, reply.Properties.ReasonString)
	}
	if !stop() {
		return terms{}, context.Cause(ctx)
	}
	return agree(o, reply.Properties)
}

// readConnack reads the answer to CONNECT. One of two bytes is that of a broker
// that knows MQTT 3.1.1 only (MQTT 3.1.1 §3.2): ours has three at least.
func readConnack(in *bufio.Reader) (*packets.Connack, error) {
	if length, err := peekLength(in); err != nil {
		return nil, err
	} else if length == 2 {
		return nil, openingRefused(0x84, "")
	}
	packet, err := readPacket(in)
	if err != nil {
		return nil, err
	}
	reply, ok := packet.Content.(*packets.Connack)
	if !ok {
		return nil, fmt.Errorf("the far end sent %s", packet.PacketType())
	}
	return reply, nil
}

// orDone prefers why ctx is done to the error that this led to.
func orDone(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// incomingMax is the largest packet that we ask for: nothing but short answers
// comes to a publisher.
const incomingMax = 64 << 10

// connectPacket is CONNECT (MQTT 5.0 §3.1): a clean start and no session after
// the connection, since the log is what remembers.
func connectPacket(o *Options, clientID string) (*packets.ControlPacket, error) {
	password, err := o.Password.Reveal()
	if err != nil {
		return nil, &sinks.Failure{Permanent: true, Err: err}
	}
	largest := uint32(incomingMax)
	hello := packets.NewControlPacket(packets.CONNECT)
	content, ok := hello.Content.(*packets.Connect)
	if !ok {
		return nil, errors.New("make CONNECT: the codec makes something else")
	}
	content.CleanStart, content.ClientID = true, clientID
	content.KeepAlive = uint16(o.KeepAlive / time.Second)
	content.Username, content.UsernameFlag = o.Username, o.Username != ""
	content.Password, content.PasswordFlag = []byte(password), !o.Password.IsZero()
	content.Properties.MaximumPacketSize = &largest
	return hello, nil
}

// agree takes the far end's limits (MQTT 5.0 §3.2.2.3) and refuses those that
// the options cannot live with.
func agree(o *Options, p *packets.Properties) (terms, error) {
	t := terms{window: o.Window, packetSize: largestPacket, keepAlive: o.KeepAlive}
	if p.ReceiveMaximum != nil {
		t.window = min(t.window, max(int(*p.ReceiveMaximum), 1))
	}
	if p.MaximumPacketSize != nil {
		t.packetSize = int(min(uint32(largestPacket), *p.MaximumPacketSize))
	}
	if p.ServerKeepAlive != nil && *p.ServerKeepAlive > 0 {
		t.keepAlive = min(t.keepAlive, time.Duration(*p.ServerKeepAlive)*time.Second)
	}
	switch {
	case p.MaximumQOS != nil && *p.MaximumQOS < o.QoS:
		return t, &sinks.Failure{Permanent: true, Err: fmt.Errorf("the broker takes qos up to %d, the sink asks for %d", *p.MaximumQOS, o.QoS)}
	case p.RetainAvailable != nil && *p.RetainAvailable == 0 && o.Retain:
		return t, &sinks.Failure{Permanent: true, Err: errors.New("the broker keeps no retained messages: write retain: false")}
	}
	return t, nil
}

// readPacket reads one packet, none larger than was asked for.
func readPacket(in *bufio.Reader) (*packets.ControlPacket, error) {
	length, err := peekLength(in)
	if err != nil {
		return nil, err
	}
	if length > incomingMax {
		return nil, fmt.Errorf("a packet of %d bytes, more than the %d that were asked for", length, incomingMax)
	}
	packet, err := packets.ReadPacket(in)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return packet, err
}

// peekLength returns the Remaining Length of the packet that comes next (MQTT
// 5.0 §1.5.5) and leaves the packet in the buffer.
func peekLength(in *bufio.Reader) (int, error) {
	length := 0
	for i := 1; i <= 4; i++ {
		header, err := in.Peek(1 + i)
		if err != nil {
			return 0, err
		}
		length |= int(header[i]&0x7F) << (7 * (i - 1))
		if header[i] < 0x80 {
			return length, nil
		}
	}
	return 0, errors.New("malformed packet: a length of more than four bytes")
}
