package osi_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/ber"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/osi"
)

// parties are two ends, the called one with a name.
func parties() (calling, called osi.Party) {
	calling = osi.Party{Transport: []byte{0, 1}, Session: []byte{0, 1}, Presentation: []byte{0, 0, 0, 1}}
	return calling, osi.Party{Transport: []byte{0, 2}, Session: []byte{0, 3}, Presentation: []byte{0, 0, 0, 4}, APTitle: []byte{0x2B, 5}, AEQualifier: 12}
}

func TestWhoIsCalledAndWhatIsSaidComeThroughAllLayers(t *testing.T) {
	calling, called := parties()
	for _, said := range [][]byte{ber.Text(0xA8, "hello"), ber.Text(0xA8, strings.Repeat("x", 300))} {
		got, mms, err := osi.ParseConnect(osi.Connect(calling, called, said))
		if err != nil || !bytes.Equal(mms, said) {
			t.Fatalf("% x, %v", mms, err)
		}
		if !bytes.Equal(got.Session, called.Session) || !bytes.Equal(got.Presentation, called.Presentation) || !bytes.Equal(got.APTitle, called.APTitle) {
			t.Errorf("%+v was called, and it is %+v", called, got)
		}
		if back, err := osi.ParseAccept(osi.Accept(called, said)); err != nil || !bytes.Equal(back, said) {
			t.Errorf("% x, %v", back, err)
		}
		if back, err := osi.ParseData(osi.Data(said)); err != nil || !bytes.Equal(back, said) {
			t.Errorf("% x, %v", back, err)
		}
	}
}

func TestARefusalNamesItsLayerAndTheOption(t *testing.T) {
	for want, spdu := range map[string][]byte{
		"session: compare ssel":                   osi.Refuse(0x81),
		"presentation: compare psel":              append([]byte{12, 10, 0x32, 8, 2}, ber.Wrap(0x30, ber.Int(0x8A, 3))...),
		"ACSE: compare ap_title and ae_qualifier": osi.RefuseACSE(7),
		"ACSE: compare ":                          osi.RefuseACSE(14),
	} {
		if want[0] == 'p' {
			spdu[1], spdu[3] = byte(len(spdu)-2), byte(len(spdu)-4)
		}
		_, err := osi.ParseAccept(spdu)
		r, ok := errors.AsType[*osi.Refused](err)
		if !ok || r.Layer+": compare "+r.Option != want || r.Reason == "" {
			t.Errorf("% x is %v, want %s", spdu, err, want)
		}
	}
	for reason, option := range map[uint8]string{1: "", 3: "tsel", 136: "tsel", 99: ""} {
		if r := osi.Disconnected(reason); r.Layer != "transport" || r.Option != option {
			t.Errorf("reason %d is %v", reason, r)
		}
	}
}

func TestAnEndOfTheAssociationIsNoData(t *testing.T) {
	_, err := osi.ParseData(osi.Abort())
	if _, ended := errors.AsType[*osi.Ended](err); !ended {
		t.Error(err)
	}
}

func FuzzAssociation(f *testing.F) {
	calling, called := parties()
	f.Add(osi.Connect(calling, called, []byte{0xA8, 0}))
	f.Add(osi.Accept(called, []byte{0xA9, 0}))
	f.Add(osi.Refuse(2))
	f.Add(osi.RefuseACSE(7))
	f.Add(osi.Data([]byte{0xA0, 0}))
	f.Add(osi.Abort())
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _, _ = osi.ParseConnect(b)
		if mms, err := osi.ParseAccept(b); err == nil && len(mms) > len(b) {
			t.Fatal("it says more than there is")
		}
		if mms, err := osi.ParseData(b); err == nil {
			if again, err := osi.ParseData(osi.Data(mms)); err != nil || !bytes.Equal(again, mms) {
				t.Fatalf("% x is read back as % x, %v", mms, again, err)
			}
		}
	})
}
