// Package oracle has tshark say what the frames of MMS mean.
package oracle

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/conformance/oracle"
)

// Fields are what tshark found in one frame, by its own names.
type Fields = oracle.Fields

func names() []string {
	return strings.Fields(`tpkt.length cotp.type ses.type ses.called_session_selector pres.called_presentation_selector
		acse.aSO_context_name acse.ap_title_form2 acse.result mms.invokeID mms.domainId mms.itemId mms.vmd_specific mms.Identifier
		mms.floating_point mms.data.visible-string mms.data.octet-string mms.integer mms.unsigned mms.boolean mms.data_bit-string
		mms.utc_time mms.data.binary-time mms.failure mms.componentName mms.moreFollows mms.objectClass
		mms.localDetailCalling mms.localDetailCalled mms.negociatedMaxServOutstandingCalled mms.vendorName
		mms.informationReport_element mms.conclude_RequestPDU_element _ws.malformed _ws.expert.message`)
}

// Dissect has tshark take the frames of a connection apart, from its beginning, in the order in which they went either way. It
// skips a short test, and one where tshark is not installed.
func Dissect(t *testing.T, frames ...[]byte) []Fields {
	t.Helper()
	return oracle.Dissection{Port: 102, Names: names()}.Dissect(t, frames...)
}
