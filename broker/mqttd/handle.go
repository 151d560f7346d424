package mqttd

import (
	"bytes"
	"fmt"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
	"go.etcd.io/bbolt"
)

// handle acts on one packet. over is an orderly end.
func (c *connection) handle(head byte, body []byte) (over bool, err error) {
	kind, flags := head>>4, head&15
	if err := checkFlags(kind, flags); err != nil {
		return false, err
	}
	switch kind {
	case packets.Publish:
		return false, c.publish(flags, body)
	case packets.Puback, packets.Pubrec, packets.Pubrel, packets.Pubcomp:
		return false, c.acknowledgement(kind, body)
	case packets.Subscribe:
		return false, c.subscribe(body)
	case packets.Unsubscribe:
		return false, c.unsubscribe(body)
	case packets.Pingreq:
		return false, c.answer([]byte{headPingresp, 0})
	case packets.Disconnect:
		return c.disconnect(body)
	default:
		return false, packets.ErrProtocolViolation // a second CONNECT, AUTH without a method, or what only a server sends
	}
}

// checkFlags holds the flags of a fixed header against MQTT 5.0 §2.1.3.
func checkFlags(kind, flags byte) error {
	want := byte(0)
	switch kind {
	case packets.Publish:
		return nil
	case packets.Pubrel, packets.Subscribe, packets.Unsubscribe:
		want = 2
	}
	if flags != want {
		return packets.ErrMalformedFlags
	}
	return nil
}

// answer gives the client a packet, to be written when the reader has nothing
// more at hand. A client that leaves too much unread is ended.
func (c *connection) answer(packet []byte) error {
	if c.control.len() > mostUnread {
		return packets.ErrPendingClientWritesExceeded
	}
	c.control.add(packet)
	c.touch(c)
	return nil
}

// acknowledgement goes on with a message of QoS 1 or 2, in either direction.
func (c *connection) acknowledgement(kind byte, body []byte) error {
	ack, err := decodeAck(body)
	if err != nil {
		return err
	}
	switch {
	case kind == packets.Pubrel:
		return c.released(ack.id)
	case kind == packets.Pubrec && ack.reason < packets.ErrUnspecifiedError.Code:
		return c.receivedBy(ack.id)
	default:
		c.session.acknowledged(ack.id)
		c.touch(c)
		return nil
	}
}

// receivedBy answers PUBREC: the client has a QoS 2 message. PUBREL follows when
// the disk knows that, so that the message is not sent again after a restart.
func (c *connection) receivedBy(id uint16) error {
	known := c.session.release(id, func(err error) {
		if err != nil {
			c.end(packets.ErrImplementationSpecificError)
			return
		}
		c.control.addAck(headPubrel, id, 0, c.version)
		c.control.kick()
	})
	if known {
		return nil
	}
	return c.answer(appendAck(nil, headPubrel, id, packets.ErrPacketIdentifierNotFound.Code, c.version))
}

// released answers PUBREL: the client will not send that QoS 2 message again.
func (c *connection) released(id uint16) error {
	s := c.session
	s.mu.Lock()
	_, known := s.received[id]
	delete(s.received, id)
	s.mu.Unlock()
	reason := byte(0)
	if !known {
		reason = packets.ErrPacketIdentifierNotFound.Code
	} else if s.outlives() {
		c.broker.vault.submit(func(tx *bbolt.Tx) error { return deleteReceived(tx, s.id, id) }, nil)
	}
	return c.answer(appendAck(nil, headPubcomp, id, reason, c.version))
}

// disconnect is an orderly end, with the will where the client asks for it
// (MQTT 5.0 §3.14).
func (c *connection) disconnect(body []byte) (over bool, err error) {
	pk := c.packet(packets.Disconnect, body)
	if err := pk.DisconnectDecode(bytes.Clone(body)); err != nil {
		return false, err
	}
	if pk.Properties.SessionExpiryIntervalFlag {
		if err := c.session.setExpiry(c.expiryOf(pk.Properties)); err != nil {
			return false, err
		}
	}
	if pk.ReasonCode != packets.CodeDisconnectWillMessage.Code {
		c.will = nil
	}
	return true, nil
}

// packet prepares the codec for a packet with this body.
func (c *connection) packet(kind byte, body []byte) *packets.Packet {
	return &packets.Packet{
		ProtocolVersion: c.version,
		FixedHeader:     packets.FixedHeader{Type: kind, Remaining: len(body)},
	}
}

// setExpiry changes how long the session outlives the connection, which cannot
// be more than nothing where it was nothing (MQTT 5.0 §3.14.2.2.2).
func (s *session) setExpiry(expiry time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.expiry == 0 && expiry != 0 {
		return packets.ErrProtocolViolationZeroNonZeroExpiry
	}
	s.expiry = expiry
	return nil
}

// disconnectPacket is DISCONNECT with a reason (MQTT 5.0 §3.14).
func disconnectPacket(code packets.Code) []byte {
	var out bytes.Buffer
	pk := packets.Packet{
		ProtocolVersion: 5, FixedHeader: packets.FixedHeader{Type: packets.Disconnect},
		ReasonCode: code.Code, Properties: packets.Properties{ReasonString: code.Reason},
	}
	if err := pk.DisconnectEncode(&out); err != nil {
		return nil // it says nothing more than the end of the connection does
	}
	return out.Bytes()
}

// describe words why a connection ended, for the log.
func describe(cause error) string {
	if cause == nil {
		return "disconnected by the client"
	}
	return fmt.Sprint(cause)
}
