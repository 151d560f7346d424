package mqtt

import (
	"bufio"
	"bytes"
	"errors"
	"math"
	"testing"

	"github.com/eclipse/paho.golang/packets"
	"pgregory.net/rapid"
)

func TestAnotherCodecReadsWhatIsPublished(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-z/]{1,200}`)
		m := message{
			topic: []byte(text.Draw(t, "topic")), payload: rapid.SliceOfN(rapid.Byte(), 0, 20_000).Draw(t, "payload"),
			level: 5, qos: rapid.ByteRange(0, 2).Draw(t, "qos"), retain: rapid.Bool().Draw(t, "retain"),
		}
		if m.qos > 0 {
			m.id = rapid.Uint16Range(1, math.MaxUint16).Draw(t, "id")
		}
		names := rapid.SliceOfN(text, 0, 3).Draw(t, "names")
		for _, name := range names {
			m.properties = appendUserProperty(m.properties, name, name+"!")
		}
		wire := appendPublish(nil, &m)
		if len(wire) != m.packetSize() {
			t.Fatalf("%d bytes, said to be %d", len(wire), m.packetSize())
		}
		p, err := packets.ReadPacket(bytes.NewReader(wire))
		if err != nil {
			t.Fatal(err)
		}
		got := p.Content.(*packets.Publish)
		if got.Topic != string(m.topic) || !bytes.Equal(got.Payload, m.payload) || got.QoS != m.qos || got.Retain != m.retain ||
			got.PacketID != m.id || len(got.Properties.User) != len(names) {
			t.Fatalf("%+v became %+v", m, got)
		}
		for i, name := range names {
			if u := got.Properties.User[i]; u.Key != name || u.Value != name+"!" {
				t.Fatalf("property %v", u)
			}
		}
	})
}

func FuzzReadPacket(f *testing.F) {
	for _, kind := range []byte{packets.CONNACK, packets.PUBACK, packets.PUBREC, packets.PUBCOMP, packets.PINGRESP, packets.DISCONNECT} {
		var out bytes.Buffer
		if _, err := packets.NewControlPacket(kind).WriteTo(&out); err != nil {
			f.Fatal(err)
		}
		f.Add(out.Bytes())
	}
	f.Add([]byte("\x20\x02\x00\x01"))
	f.Add([]byte("\x40\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		w := newWriter(nil, options(t), terms{window: 2}, "s")
		in := bufio.NewReader(bytes.NewReader(data))
		for {
			p, err := readPacket(in)
			if err != nil {
				break
			}
			if p.Type != packets.PUBREC { // which is answered on the connection
				_ = w.answer(p)
			}
		}
		for _, version := range []string{version5, version311} {
			_, _ = readConnack(bufio.NewReader(bytes.NewReader(data)), version)
		}
	})
}

func TestAPacketLargerThanWasAskedForIsNotRead(t *testing.T) {
	in := bufio.NewReader(bytes.NewReader([]byte("\x40\xff\xff\xff\x7f")))
	if _, err := readPacket(in); err == nil || in.Buffered() != 5 {
		t.Errorf("got %v", err)
	}
}

func TestReasonsSayWhatAPersonCanDoAndWhetherTryingAgainHelps(t *testing.T) {
	for code, want := range map[byte]struct{ opening, message bool }{
		0x80: {}, 0x84: {opening: true}, 0x86: {opening: true}, 0x87: {opening: true}, 0x88: {}, 0x89: {}, 0x8A: {opening: true},
		0x8B: {}, 0x8E: {}, 0x90: {true, true}, 0x91: {}, 0x95: {message: true}, 0x97: {}, 0x99: {message: true}, 0x9A: {true, true},
		0x9B: {true, true}, 0x9D: {opening: true}, 0xFF: {},
	} {
		if err := openingRefused(code, ""); permanent(err) != want.opening {
			t.Errorf("opening: %v", err)
		}
		if err := messageRefused(code, "said"); permanent(err) != want.message {
			t.Errorf("message: %v", err)
		}
	}
	if messageRefused(0x10, "no matching subscribers") != nil {
		t.Error("a message without subscribers is refused")
	}
}

func TestAPulseAsksOnceAndGivesUpAfterTheNextSilence(t *testing.T) {
	var p pulse
	asked := 0
	beat := func() error { return p.beat(func() (bool, error) { asked++; return true, nil }) }
	hear := func() { p.heard.Store(true) }
	for i, step := range []struct {
		hear  bool
		asked int
		over  bool
	}{{true, 0, false}, {false, 1, false}, {true, 1, false}, {false, 2, false}, {false, 2, true}} {
		if step.hear {
			hear()
		}
		if err := beat(); asked != step.asked || errors.Is(err, errSilent) != step.over {
			t.Errorf("beat %d: asked %d times, %v", i, asked, err)
		}
	}
}

func TestAPulseThatCouldNotAskDoesNotGiveUp(t *testing.T) {
	var p pulse
	for range 5 {
		if err := p.beat(func() (bool, error) { return false, nil }); err != nil {
			t.Fatal(err)
		}
	}
}
