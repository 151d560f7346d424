package osi

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/ber"
	"github.com/holdfast-edge/holdfast/protocols/tpkt"
)

// Ended is an association that the far end has ended.
type Ended struct{ how string }

// Error tells how.
func (e *Ended) Error() string { return "the device " + e.how }

// Refused is a connection or an association that the far end does not want.
type Refused struct {
	Layer  string // transport, session, presentation or ACSE
	Reason string
	Option string // that is probably wrong; empty: none
}

// Error tells which layer refuses, why, and what to look at.
func (r *Refused) Error() string {
	text := fmt.Sprintf("the device refuses at the %s layer: %s", r.Layer, r.Reason)
	if r.Option != "" {
		text += ": compare " + r.Option + " in the endpoint with the device's configuration"
	}
	return text
}

// Disconnected returns what a TPDU says that refuses a connection (ISO/IEC 8073 §13.5.3).
func Disconnected(reason uint8) *Refused {
	r := &Refused{Layer: "transport", Reason: fmt.Sprintf("reason %d", reason)}
	switch reason {
	case 1, 129:
		r.Reason = "it has no room for another connection: another client may hold it"
	case 2:
		r.Reason, r.Option = "nobody listens at the transport selector", "tsel"
	case 3:
		r.Reason, r.Option = "the transport selector is unknown", "tsel"
	case 136:
		r.Reason, r.Option = "the connection request was refused", "tsel"
	}
	return r
}

// ParseAccept reads what Accept wrote, and returns what MMS says. A refusal is a *Refused.
func ParseAccept(b []byte) (mms []byte, err error) {
	kind, content, _, err := next(b)
	if err != nil {
		return nil, err
	}
	found, err := parameters(content)
	if err != nil {
		return nil, err
	}
	switch kind {
	case spduAccept:
	case spduRefuse:
		return nil, refusedBySession(found)
	case spduAbort:
		return nil, &Refused{Layer: "session", Reason: "it aborts", Option: "ssel, psel and ap_title"}
	default:
		return nil, fmt.Errorf("%w: SPDU %d where one that accepts is due", tpkt.ErrFrame, kind)
	}
	aare, err := ber.Inside(found[paramUserData], tagSet, 0xA2, tagData, tagSequence, 0xA0, tagAARE)
	if err != nil {
		return nil, err
	}
	if result, err := ber.ParseInt(ber.Find(ber.Find(aare, 0xA2), tagInteger)); err != nil || result != 0 {
		return nil, refusedByACSE(aare)
	}
	return ber.Inside(aare, tagUserInfo, tagExternal, 0xA0)
}

// refusedBySession returns what an SPDU says that refuses (ISO/IEC 8327 §8.3.5), or the PPDU or APDU in it.
func refusedBySession(found map[byte][]byte) *Refused {
	r := &Refused{Layer: "session", Reason: "no reason is given", Option: "ssel"}
	reason := found[paramReason]
	if len(reason) == 0 {
		return r
	}
	r.Reason = fmt.Sprintf("reason %d", reason[0])
	switch reason[0] {
	case 0x81:
		r.Reason = "the session selector is unknown"
	case 0x82:
		r.Reason = "nobody is attached to the session selector"
	case 0x01, 0x83:
		r.Reason, r.Option = "it has no room for another connection: another client may hold it", ""
	case 0x02:
		return refusedByPresentation(reason[1:])
	}
	return r
}

// refusedByPresentation returns what a PPDU says that refuses (ISO/IEC 8823 §8.2), or the APDU in it.
func refusedByPresentation(cpr []byte) *Refused {
	if inner := ber.Find(cpr, tagSet); inner != nil {
		cpr = ber.Wrap(tagSequence, ber.Find(inner, 0xA2))
	}
	sequence := ber.Find(cpr, tagSequence)
	if aare, err := ber.Inside(sequence, tagData, tagSequence, 0xA0, tagAARE); err == nil {
		return refusedByACSE(aare)
	}
	r := &Refused{Layer: "presentation", Reason: "no reason is given", Option: "psel"}
	if reason, err := ber.ParseInt(ber.Find(sequence, 0x8A)); err == nil {
		r.Reason = fmt.Sprintf("reason %d", reason)
		if reason == 3 || reason == 7 {
			r.Reason = "the presentation selector is unknown"
		}
	}
	return r
}

// refusedByACSE returns what an AARE says that refuses (ISO/IEC 8650 §7.1.4.2).
func refusedByACSE(aare []byte) *Refused {
	r := &Refused{Layer: "ACSE", Reason: "no reason is given", Option: "ap_title and ae_qualifier"}
	diagnostic, err := ber.ParseInt(ber.Find(ber.Find(ber.Find(aare, 0xA3), 0xA1), tagInteger))
	if err != nil {
		return r
	}
	reasons := map[int64]string{
		2: "the application context is not supported", 3: "it does not know the calling AP title", 5: "it does not know the calling AE qualifier",
		7: "it does not know the called AP title", 9: "it does not know the called AE qualifier",
	}
	switch reason, known := reasons[diagnostic]; {
	case known:
		r.Reason = reason
	case diagnostic >= 11 && diagnostic <= 14:
		r.Reason, r.Option = "it wants a password or a certificate of ACSE, which is not supported", ""
	default:
		r.Reason = fmt.Sprintf("diagnostic %d", diagnostic)
	}
	return r
}

// Refuse returns the SPDU that refuses an association at the session layer; 0x81 says that its selector is unknown.
func Refuse(reason uint8) []byte { return spdu(spduRefuse, parameter(paramReason, []byte{reason})) }

// RefuseACSE returns the SPDU that refuses an association with a diagnostic of ACSE.
func RefuseACSE(diagnostic int64) []byte {
	aare := ber.Wrap(tagAARE, ber.Wrap(0xA1, ber.Wrap(tagOID, oidContext())), ber.Wrap(0xA2, ber.Int(tagInteger, 1)),
		ber.Wrap(0xA3, ber.Wrap(0xA1, ber.Int(tagInteger, diagnostic))))
	cpr := ber.Wrap(tagSequence, presented(contextACSE, aare))
	return spdu(spduRefuse, parameter(paramReason, append([]byte{2}, cpr...)))
}
