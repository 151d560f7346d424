package mqtt

import (
	"bytes"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
	"pgregory.net/rapid"
)

// decoded reads a packet with the codec of the node's broker, as of a version.
func decoded(t *rapid.T, wire []byte, level byte) *packets.Packet {
	if len(wire) < 2 {
		t.Fatalf("%x", wire)
	}
	p := &packets.Packet{ProtocolVersion: level}
	if err := p.FixedHeader.Decode(wire[0]); err != nil {
		t.Fatal(err)
	}
	in := bytes.NewReader(wire[1:])
	n, _, err := packets.DecodeLength(in)
	if err != nil || n != in.Len() {
		t.Fatalf("%d bytes follow, said to be %d: %v", in.Len(), n, err)
	}
	p.FixedHeader.Remaining = n
	body := wire[len(wire)-n:]
	decode := map[byte]func([]byte) error{packets.Connect: p.ConnectDecode, packets.Publish: p.PublishDecode}[p.FixedHeader.Type]
	if err := decode(body); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAnotherCodecReadsCONNECTInBothVersions(t *testing.T) {
	for version, level := range map[string]byte{version5: 5, version311: 4} {
		o := options(t, "version: "+version, "username: edge", "password: env:X", "keep_alive: 7s")
		rapid.Check(t, func(t *rapid.T) {
			o.Username = rapid.StringMatching(`[a-z]{1,80}`).Draw(t, "username")
			id, password := rapid.StringMatching(`[a-z]{1,80}`).Draw(t, "id"), rapid.StringMatching(`.{0,80}`).Draw(t, "password")
			p := decoded(t, appendConnect(nil, o, id, password), level)
			c := p.Connect
			if p.ProtocolVersion != level || string(c.ProtocolName) != "MQTT" || c.ClientIdentifier != id || !c.Clean || c.WillFlag ||
				string(c.Username) != o.Username || string(c.Password) != password || c.Keepalive != uint16(7*time.Second/time.Second) {
				t.Fatalf("%+v", p)
			}
			if most := p.Properties.MaximumPacketSize; (most == incomingMax) != (level == 5) {
				t.Fatalf("largest packet %d", most)
			}
		})
	}
}

func TestAnotherCodecReadsPUBLISHOfMQTT311(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := message{
			topic:   []byte(rapid.StringMatching(`[a-z/]{1,200}`).Draw(t, "topic")),
			payload: rapid.SliceOfN(rapid.Byte(), 0, 20_000).Draw(t, "payload"),
			level:   4, qos: rapid.ByteRange(0, 2).Draw(t, "qos"), retain: rapid.Bool().Draw(t, "retain"),
		}
		if m.qos > 0 {
			m.id = rapid.Uint16Range(1, 65535).Draw(t, "id")
		}
		wire := appendPublish(nil, &m)
		if len(wire) != m.packetSize() {
			t.Fatalf("%d bytes, said to be %d", len(wire), m.packetSize())
		}
		p := decoded(t, wire, 4)
		if p.TopicName != string(m.topic) || !bytes.Equal(p.Payload, m.payload) || p.PacketID != m.id ||
			p.FixedHeader.Qos != m.qos || p.FixedHeader.Retain != m.retain {
			t.Fatalf("%+v became %+v", m, p)
		}
	})
}
