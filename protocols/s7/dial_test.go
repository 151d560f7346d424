package s7_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
	"github.com/holdfast-edge/holdfast/protocols/s7/plc"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestAPLCIsFoundByRackAndSlotOrByItsTSAP(t *testing.T) {
	o := standard()
	o.TSAPs = []pdu.TSAP{0x0102, 0x0244, 0x4D57}
	p := listen(t, o)
	for query, says := range map[string]string{
		"?slot=2": "", "?rack=2&slot=4&connection=op": "", "?tsap=4D.57&local_tsap=01.01": "", "?tsap=0x4d57": "",
		"?rack=0":                  "is the CPU in rack 0, slot 1? (an S7-300's is in slot 2",
		"?slot=2&connection=basic": "no connection free for connection=basic",
		"?tsap=02.00":              "compare tsap=02.00 and local_tsap with the connection in the PLC",
	} {
		_, err := kit.TryDial(t, kit.Device(t, "tcp://"+p.Address()+query+"&connect_timeout=1m", "", "name: x, address: M0.0"))
		if says == "" && err != nil || says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
			t.Errorf("%q: %v, want %q", query, err, says)
		}
		if err != nil {
			if f := protocols.FaultOf(err); f.Scope != protocols.ScopeSession || f.Quality != tag.BadNotConnected || f.Permanent {
				t.Errorf("%q: the fault is %+v", query, f)
			}
		}
	}
}

func TestATooSmallPDUIsRefusedWithAReason(t *testing.T) {
	o := standard()
	o.PDU = 32
	_, err := kit.TryDial(t, kit.Device(t, "tcp://"+listen(t, o).Address()+"?connect_timeout=1m", "", "name: x, address: M0.0"))
	if err == nil || !strings.Contains(err.Error(), "too small a PDU: 32 octets") {
		t.Error(err)
	}
}

func TestAnAnswerToNobodyIsNotTaken(t *testing.T) {
	p := listen(t, standard())
	s, d := dialled(t, p, "timeout: 200ms,", "name: x, address: M0.0")
	p.Break(plc.Stranger)
	row := protocols.Row{Values: make([]tag.Value, 1), Stamps: make([]int64, 1)}
	if f := protocols.FaultOf(s.Read(t.Context(), d.Plans()[0], 0, row)); f.Quality != tag.BadTimeout || f.Scope != protocols.ScopeSession {
		t.Errorf("%+v", f)
	}
	if row.Values[0].Quality().IsGood() && row.Values[0].Kind() != tag.Absent {
		t.Errorf("it is %v", row.Values[0])
	}
}
