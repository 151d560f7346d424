package pdu_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/conformance/oracle"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
	"github.com/holdfast-edge/holdfast/protocols/tpkt"
)

// dissection is what tshark is asked for.
func dissection() oracle.Dissection {
	return oracle.Dissection{Port: 102, Names: []string{
		"cotp.type", "cotp.destref", "cotp.srcref", "cotp.src-tsap-bytes", "cotp.dst-tsap-bytes", "cotp.tpdu_size", "cotp.eot",
		"s7comm.header.rosctr", "s7comm.header.pduref", "s7comm.header.parlg", "s7comm.header.datlg", "s7comm.header.errcls", "s7comm.header.errcod",
		"s7comm.param.func", "s7comm.param.itemcount", "s7comm.param.maxamq_calling", "s7comm.param.maxamq_called", "s7comm.param.pdu_length",
		"s7comm.param.item.transp_size", "s7comm.param.item.length", "s7comm.param.item.db", "s7comm.param.item.area", "s7comm.param.item.address",
		"s7comm.data.returncode", "s7comm.data.transportsize", "s7comm.data.length", "s7comm.resp.data",
		"s7comm.param.userdata.type", "s7comm.param.userdata.funcgroup", "s7comm.param.userdata.subfunc", "s7comm.data.userdata.szl_id",
		"_ws.malformed", "_ws.expert.message",
	}}
}

func TestTsharkReadsEveryFrameAsItWasWritten(t *testing.T) {
	items := []pdu.Item{
		{Area: pdu.DB, DB: 10, Start: 4, Count: 3}, {Area: pdu.Markers, IsBit: true, Bit: 5, Start: 1, Count: 1}, {Area: pdu.Timers, Start: 5, Count: 2},
	}
	outcomes := []pdu.Outcome{{Return: pdu.OK, Octets: []byte{1, 2, 3}}, {Return: pdu.NotThere}, {Return: pdu.OK, Octets: []byte{0, 1, 0, 2}}}
	frame := func(p []byte) []byte { return tpkt.AppendData(nil, p, 1024) }
	referred := pdu.AppendRead(nil, items...)
	pdu.SetReference(referred, 513)
	cases := []struct {
		frame []byte
		want  map[string]string
	}{
		{tpkt.AppendConnect(nil, 0, tpkt.TPDU{Code: tpkt.ConnectRequest, Reference: 1, Calling: []byte{1, 0}, Called: []byte{2, 3}, Size: 1024}), map[string]string{
			"cotp.type": "0x0e", "cotp.srcref": "0x0001", "cotp.src-tsap-bytes": "0100", "cotp.dst-tsap-bytes": "0203", "cotp.tpdu_size": "1024",
		}},
		{tpkt.AppendDisconnect(nil, 1, 3), map[string]string{
			"cotp.type": "0x08", "cotp.destref": "0x0001", "_ws.expert.message": "Disconnect Request(DR): 0x0 -> 0x1",
		}},
		{frame(pdu.AppendSetup(nil, pdu.Job, 0, pdu.Terms{Calling: 8, Called: 7, PDU: 960})), map[string]string{
			"s7comm.header.rosctr": "1", "s7comm.param.func": "0xf0", "s7comm.param.maxamq_calling": "8", "s7comm.param.maxamq_called": "7",
			"s7comm.param.pdu_length": "960", "s7comm.header.parlg": "8",
		}},
		{frame(referred), map[string]string{
			"s7comm.header.pduref": "513", "s7comm.param.func": "0x04", "s7comm.param.itemcount": "3", "s7comm.header.parlg": "38",
			"s7comm.param.item.transp_size": "2,1,29", "s7comm.param.item.length": "3,1,2", "s7comm.param.item.db": "10,0,0",
			"s7comm.param.item.area": "0x84,0x83,0x1d", "s7comm.param.item.address": "0x000020,0x00000d,0x000005",
		}},
		{frame(pdu.AppendReadAnswer(nil, 7, items, outcomes)), map[string]string{
			"s7comm.header.rosctr": "3", "s7comm.data.returncode": "0xff,0x0a,0xff", "s7comm.data.length": "3,0,4", "s7comm.resp.data": "010203,00010002",
		}},
		{frame(pdu.AppendWrite(nil, items[1], []byte{1})), map[string]string{
			"s7comm.param.func": "0x05", "s7comm.param.item.transp_size": "1", "s7comm.data.transportsize": "0x03", "s7comm.resp.data": "01",
		}},
		{frame(pdu.AppendWrite(nil, items[0], []byte{1, 2, 3})), map[string]string{
			"s7comm.param.item.address": "0x000020", "s7comm.data.transportsize": "0x04", "s7comm.data.length": "3", "s7comm.header.datlg": "7",
		}},
		{frame(pdu.AppendWrite(nil, items[2], []byte{0, 1, 0, 2})), map[string]string{"s7comm.data.transportsize": "0x09", "s7comm.data.length": "4"}},
		{frame(pdu.Append(nil, pdu.PDU{Kind: pdu.Ack, Reference: 3, Error: pdu.NoService})), map[string]string{
			"s7comm.header.rosctr": "2", "s7comm.header.errcls": "0x81", "s7comm.header.errcod": "0x04",
		}},
		{frame(pdu.AppendQuestion(nil, pdu.Question{Group: pdu.CPUFunctions, Request: pdu.ReadSZL, Data: pdu.SZL(0x1C, 0)})), map[string]string{
			"s7comm.header.rosctr": "7", "s7comm.param.userdata.funcgroup": "4", "s7comm.data.userdata.szl_id": "0x001c",
		}},
		{frame(pdu.AppendQuestion(nil, pdu.Question{Group: pdu.BlockFunctions, Request: pdu.BlockInfo, Data: pdu.AboutDB(12)})), map[string]string{
			"s7comm.param.userdata.funcgroup": "3",
		}},
	}
	var frames [][]byte
	for _, c := range cases {
		frames = append(frames, c.frame)
	}
	for i, told := range dissection().Dissect(t, frames...) {
		for field, want := range cases[i].want {
			if got := told.One(field); got != want {
				t.Errorf("frame %d: tshark reads %s as %q, want %q", i, field, got, want)
			}
		}
		if told.One("_ws.malformed") != "" || told.One("_ws.expert.message") != cases[i].want["_ws.expert.message"] {
			t.Errorf("frame %d: tshark complains: %s %s", i, told.One("_ws.malformed"), told.One("_ws.expert.message"))
		}
	}
}
