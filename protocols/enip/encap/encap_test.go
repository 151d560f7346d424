package encap_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/enip/encap"
)

func frame() encap.Frame {
	return encap.Frame{
		Header: encap.Header{Command: encap.SendUnitData, Session: 7, Status: encap.InvalidSession, Context: 0x0102030405060708},
		Data:   encap.AppendConnected(nil, encap.Connected{Connection: 3, Sequence: 4, Message: []byte{0xCC, 0, 0, 0}}),
	}
}

func TestAFrameIsReadAsItWasWrittenAndNotBeforeItIsWhole(t *testing.T) {
	octets := encap.Append(nil, frame())
	for n := range octets {
		if _, length, err := encap.Parse(octets[:n]); length != 0 || err != nil {
			t.Errorf("%d octets are a frame of %d, %v", n, length, err)
		}
	}
	f, n, err := encap.Parse(append(octets, 1, 2, 3))
	if err != nil || n != len(octets) || f.Header != frame().Header || !bytes.Equal(f.Data, frame().Data) {
		t.Errorf("%+v, %d, %v", f, n, err)
	}
	c, err := encap.ParseConnected(f.Data)
	if err != nil || c.Connection != 3 || c.Sequence != 4 || !bytes.Equal(c.Message, []byte{0xCC, 0, 0, 0}) {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestOctetsThatBeginNoFrameAreRefusedAtOnce(t *testing.T) {
	if _, _, err := encap.Parse([]byte{0xFF, 0x00, 0xA5}); !errors.Is(err, encap.ErrFrame) {
		t.Errorf("%v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(encap.Append(nil, frame()))
	f.Add(encap.Append(nil, encap.Frame{Header: encap.Header{Command: encap.SendRRData}, Data: encap.AppendUnconnected(nil, []byte{1, 2, 3})}))
	f.Add(encap.Append(nil, encap.Frame{Header: encap.Header{Command: encap.ListIdentity}, Data: encap.AppendIdentity(nil, []byte("identity"))}))
	f.Fuzz(func(t *testing.T, b []byte) {
		frame, n, err := encap.Parse(b)
		switch {
		case err != nil:
			if !errors.Is(err, encap.ErrFrame) || n != 0 {
				t.Fatalf("%d, %v", n, err)
			}
			return
		case n == 0:
			return
		}
		if again := encap.Append(nil, frame); !bytes.Equal(again, b[:n]) {
			t.Fatalf("% x was parsed from % x", again, b[:n])
		}
		if c, err := encap.ParseConnected(frame.Data); err == nil {
			if back, err := encap.ParseConnected(encap.AppendConnected(nil, c)); err != nil || back.Connection != c.Connection || back.Sequence != c.Sequence || !bytes.Equal(back.Message, c.Message) {
				t.Fatalf("%+v is read back as %+v, %v", c, back, err)
			}
		}
		if m, err := encap.Unconnected(frame.Data); err == nil {
			if back, err := encap.Unconnected(encap.AppendUnconnected(nil, m)); err != nil || !bytes.Equal(back, m) {
				t.Fatalf("% x is read back as % x, %v", m, back, err)
			}
		}
		_, _ = encap.Identity(frame.Data)
	})
}
