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

	"github.com/holdfast-edge/holdfast/broker/mqttdial"
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
	password, err := o.Password.Reveal()
	if err != nil {
		return terms{}, &sinks.Failure{Permanent: true, Err: err}
	}
	if _, err := conn.Write(appendConnect(nil, o, clientID, password)); err != nil {
		return terms{}, fmt.Errorf("send CONNECT: %w", orDone(ctx, err))
	}
	reply, err := readConnack(in, o.Version)
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

// readConnack reads the answer to CONNECT. One of two bytes is that of MQTT 3.1.1
// (§3.2), and refuses MQTT 5, whose own has three at least.
func readConnack(in *bufio.Reader, version string) (*packets.Connack, error) {
	length, err := peekLength(in)
	switch {
	case errors.Is(err, io.EOF) && version != version311:
		return nil, fmt.Errorf("%w: the broker has closed the connection, as some do that do not speak MQTT 5: then write version: 3.1.1", err)
	case err != nil:
		return nil, err
	case length == 2 && version != version311:
		return nil, openingRefused(0x84, "")
	case length == 2:
		return readOldConnack(in)
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

// readOldConnack reads the CONNACK of MQTT 3.1.1 §3.2, which agrees to nothing.
func readOldConnack(in *bufio.Reader) (*packets.Connack, error) {
	var octets [4]byte
	if _, err := io.ReadFull(in, octets[:]); err != nil {
		return nil, err
	}
	if octets[0] != packets.CONNACK<<4 {
		return nil, fmt.Errorf("the far end sent a packet of kind %d", octets[0]>>4)
	}
	return &packets.Connack{ReasonCode: mqttdial.Modern(octets[3]), Properties: &packets.Properties{}}, nil
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
