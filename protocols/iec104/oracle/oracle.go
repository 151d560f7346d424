// Package oracle has tshark say what IEC 104 frames mean.
package oracle

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/conformance/oracle"
)

// Fields are what tshark found in one frame, by its own names without the protocol's, as apdulen or siq.spi.
type Fields = oracle.Fields

// Names are the fields that are asked for.
func names() []string {
	return strings.Fields(`iec60870_104.apdulen iec60870_104.type iec60870_104.utype iec60870_104.tx iec60870_104.rx
		iec60870_asdu.typeid iec60870_asdu.sq iec60870_asdu.numix iec60870_asdu.causetx iec60870_asdu.nega iec60870_asdu.test
		iec60870_asdu.oa iec60870_asdu.addr iec60870_asdu.ioa
		iec60870_asdu.siq.spi iec60870_asdu.siq.bl iec60870_asdu.siq.sb iec60870_asdu.siq.nt iec60870_asdu.siq.iv
		iec60870_asdu.diq.dpi iec60870_asdu.diq.bl iec60870_asdu.diq.sb iec60870_asdu.diq.nt iec60870_asdu.diq.iv
		iec60870_asdu.qds.ov iec60870_asdu.qds.bl iec60870_asdu.qds.sb iec60870_asdu.qds.nt iec60870_asdu.qds.iv
		iec60870_asdu.vti.v iec60870_asdu.vti.t iec60870_asdu.bitstring iec60870_asdu.normval iec60870_asdu.scalval iec60870_asdu.float
		iec60870_asdu.bcr.count iec60870_asdu.bcr.sq iec60870_asdu.bcr.cy iec60870_asdu.bcr.ca iec60870_asdu.bcr.iv
		iec60870_asdu.sco.on iec60870_asdu.sco.qu iec60870_asdu.sco.se iec60870_asdu.dco.on iec60870_asdu.dco.qu iec60870_asdu.dco.se
		iec60870_asdu.rco.up iec60870_asdu.rco.qu iec60870_asdu.rco.se iec60870_asdu.qos.ql iec60870_asdu.qos.se
		iec60870_asdu.coi_r iec60870_asdu.coi_i iec60870_asdu.qoi iec60870_asdu.rqt iec60870_asdu.frz
		iec60870_asdu.cp56time iec60870_asdu.cp56time.ms iec60870_asdu.cp56time.min iec60870_asdu.cp56time.iv iec60870_asdu.cp56time.gen
		iec60870_asdu.cp56time.hour iec60870_asdu.cp56time.su iec60870_asdu.cp56time.day iec60870_asdu.cp56time.dow
		iec60870_asdu.cp56time.month iec60870_asdu.cp56time.year
		iec60870_asdu.rawdata iec104.short_asdu iec104.apdu_min_len iec104.apdu_invalid_len _ws.malformed _ws.expert.message`)
}

// Dissect has tshark take frames apart. It skips a short test, and one where tshark is not installed.
func Dissect(t *testing.T, frames ...[]byte) []Fields {
	t.Helper()
	told := oracle.Dissection{Port: 2404, Names: names()}.Dissect(t, frames...)
	for i, fields := range told {
		told[i] = Fields{}
		for name, values := range fields {
			for _, protocol := range [...]string{"iec60870_104.", "iec60870_asdu."} {
				name = strings.TrimPrefix(name, protocol)
			}
			told[i][name] = values
		}
	}
	return told
}
