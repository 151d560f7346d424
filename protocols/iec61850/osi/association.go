package osi

import (
	"encoding/binary"
	"fmt"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/ber"
	"github.com/holdfast-edge/holdfast/protocols/tpkt"
)

// Party is one end of an association: its selectors, and its name where it has one.
type Party struct {
	Transport, Session, Presentation []byte
	APTitle                          []byte // an object identifier as BER has its content; empty: none is given
	AEQualifier                      int64  // goes with APTitle
}

// MaxData bounds what is put together of TPDUs.
const MaxData = 1 << 20

// The SPDUs (ISO/IEC 8327 §8.3).
const (
	spduGiveTokens = 1 // with length 0, it stands before data
	spduFinish     = 9
	spduDisconnect = 10
	spduRefuse     = 12
	spduConnect    = 13
	spduAccept     = 14
	spduAbort      = 25
)

// Parameters of SPDUs.
const (
	paramReason     = 0x32
	paramUserData   = 0xC1
	paramCallingSel = 0x33
	paramCalledSel  = 0x34
)

// spdu returns an SPDU of parameters, which are whole already.
func spdu(kind byte, parameters ...[]byte) []byte {
	length := 0
	for _, p := range parameters {
		length += len(p)
	}
	b := appendLength([]byte{kind}, length)
	for _, p := range parameters {
		b = append(b, p...)
	}
	return b
}

func parameter(kind byte, value []byte) []byte {
	return append(appendLength([]byte{kind}, len(value)), value...)
}

// appendLength appends a length (§8.2.3): one octet, or three where it is 255 or more.
func appendLength(dst []byte, n int) []byte {
	if n < 0xFF {
		return append(dst, byte(n))
	}
	return append(dst, 0xFF, byte(n>>8), byte(n))
}

// next takes an identifier, a length and as many octets off b.
func next(b []byte) (kind byte, value, rest []byte, err error) {
	if len(b) < 2 {
		return 0, nil, nil, fmt.Errorf("%w: a session parameter that is not whole", tpkt.ErrFrame)
	}
	kind, length, b := b[0], int(b[1]), b[2:]
	if length == 0xFF {
		if len(b) < 2 {
			return 0, nil, nil, fmt.Errorf("%w: a session length that is not whole", tpkt.ErrFrame)
		}
		length, b = int(binary.BigEndian.Uint16(b)), b[2:]
	}
	if length > len(b) {
		return 0, nil, nil, fmt.Errorf("%w: a session parameter of %d octets where there are %d", tpkt.ErrFrame, length, len(b))
	}
	return kind, b[:length], b[length:], nil
}

// parameters returns the parameters of an SPDU.
func parameters(b []byte) (found map[byte][]byte, err error) {
	found = map[byte][]byte{}
	for len(b) > 0 {
		var kind byte
		var value []byte
		if kind, value, b, err = next(b); err != nil {
			return nil, err
		}
		found[kind] = value
	}
	return found, nil
}

// fixed are the parameters of both that connect and accept: version 2, no options, full duplex.
func fixed() []byte {
	return []byte{0x05, 0x06, 0x13, 0x01, 0x00, 0x16, 0x01, 0x02, 0x14, 0x02, 0x00, 0x02}
}

// The contexts of the presentation layer, and what they are for.
const (
	contextACSE = 1
	contextMMS  = 3
)

// Object identifiers, as BER has their contents.
func oidACSE() []byte    { return []byte{0x52, 0x01, 0x00, 0x01} }
func oidMMS() []byte     { return []byte{0x28, 0xCA, 0x22, 0x02, 0x01} }
func oidContext() []byte { return []byte{0x28, 0xCA, 0x22, 0x02, 0x03} }
func oidBER() []byte     { return []byte{0x51, 0x01} }

const (
	tagInteger  = 0x02
	tagOID      = 0x06
	tagExternal = 0x28
	tagSequence = 0x30
	tagSet      = 0x31
	tagData     = 0x61 // fully encoded data of the presentation layer; the same number is that of an AARE
	tagAARQ     = 0x60
	tagAARE     = 0x61
	tagUserInfo = 0xBE
)

// presented returns a value of a context as the presentation layer sends it.
func presented(context int64, value []byte) []byte {
	return ber.Wrap(tagData, ber.Wrap(tagSequence, ber.Int(tagInteger, context), ber.Wrap(0xA0, value)))
}

// normal is the mode of the presentation layer that everybody uses.
func normal() []byte { return ber.Wrap(0xA0, ber.Int(0x80, 1)) }

// userInformation returns what MMS says, as ACSE carries it.
func userInformation(mms []byte) []byte {
	return ber.Wrap(tagUserInfo, ber.Wrap(tagExternal, ber.Wrap(tagOID, oidBER()), ber.Int(tagInteger, contextMMS), ber.Wrap(0xA0, mms)))
}

// name returns the title and qualifier of a party under two tags; nothing where it has none.
func (p Party) name(title, qualifier uint32) []byte {
	if len(p.APTitle) == 0 {
		return nil
	}
	return append(ber.Wrap(title, ber.Wrap(tagOID, p.APTitle)), ber.Wrap(qualifier, ber.Int(tagInteger, p.AEQualifier))...)
}

// Connect returns the SPDU that asks for an association. mms is what MMS has to say with it.
func Connect(calling, called Party, mms []byte) []byte {
	context := func(id int64, oid []byte) []byte {
		return ber.Wrap(tagSequence, ber.Int(tagInteger, id), ber.Wrap(tagOID, oid), ber.Wrap(tagSequence, ber.Wrap(tagOID, oidBER())))
	}
	aarq := ber.Wrap(tagAARQ, ber.Wrap(0xA1, ber.Wrap(tagOID, oidContext())),
		called.name(0xA2, 0xA3), calling.name(0xA6, 0xA7), userInformation(mms))
	cp := ber.Wrap(tagSet, normal(), ber.Wrap(0xA2,
		ber.Wrap(0x81, calling.Presentation), ber.Wrap(0x82, called.Presentation),
		ber.Wrap(0xA4, context(contextACSE, oidACSE()), context(contextMMS, oidMMS())), presented(contextACSE, aarq)))
	return spdu(spduConnect, fixed(), parameter(paramCallingSel, calling.Session), parameter(paramCalledSel, called.Session), parameter(paramUserData, cp))
}

// Accept returns the SPDU that accepts an association.
func Accept(responding Party, mms []byte) []byte {
	result := ber.Wrap(tagSequence, ber.Int(0x80, 0), ber.Wrap(0x81, oidBER()))
	aare := ber.Wrap(tagAARE, ber.Wrap(0xA1, ber.Wrap(tagOID, oidContext())), ber.Wrap(0xA2, ber.Int(tagInteger, 0)),
		ber.Wrap(0xA3, ber.Wrap(0xA1, ber.Int(tagInteger, 0))), userInformation(mms))
	cpa := ber.Wrap(tagSet, normal(), ber.Wrap(0xA2, ber.Wrap(0x83, responding.Presentation), ber.Wrap(0xA5, result, result), presented(contextACSE, aare)))
	return spdu(spduAccept, fixed(), parameter(paramCalledSel, responding.Session), parameter(paramUserData, cpa))
}

// Data returns the SPDUs that carry what MMS says from then on.
func Data(mms []byte) []byte {
	return append([]byte{spduGiveTokens, 0, spduGiveTokens, 0}, presented(contextMMS, mms)...)
}

// Abort returns the SPDU that ends an association at once: by the user, and the transport goes, too.
func Abort() []byte {
	abrt := ber.Wrap(0x64, ber.Int(0x80, 0))
	aru := ber.Wrap(0xA0, presented(contextACSE, abrt))
	return spdu(spduAbort, []byte{0x11, 1, 0x0B}, parameter(paramUserData, aru))
}

// ParseConnect reads what Connect wrote: who is called, and what MMS says.
func ParseConnect(b []byte) (called Party, mms []byte, err error) {
	kind, content, _, err := next(b)
	if err != nil {
		return called, nil, err
	}
	if kind != spduConnect {
		return called, nil, fmt.Errorf("%w: SPDU %d where one that connects is due", tpkt.ErrFrame, kind)
	}
	found, err := parameters(content)
	if err != nil {
		return called, nil, err
	}
	cp, err := ber.Inside(found[paramUserData], tagSet, 0xA2)
	if err != nil {
		return called, nil, err
	}
	aarq, err := ber.Inside(cp, tagData, tagSequence, 0xA0, tagAARQ)
	if err != nil {
		return called, nil, err
	}
	called = Party{Session: found[paramCalledSel], Presentation: ber.Find(cp, 0x82), APTitle: ber.Find(ber.Find(aarq, 0xA2), tagOID)}
	mms, err = ber.Inside(aarq, tagUserInfo, tagExternal, 0xA0)
	return called, mms, err
}

// ParseData returns what MMS says in Data. An end of the association is an *Ended.
func ParseData(b []byte) (mms []byte, err error) {
	if len(b) >= 4 && b[0] == spduGiveTokens && b[1] == 0 && b[2] == spduGiveTokens && b[3] == 0 {
		return ber.Inside(b[4:], tagData, tagSequence, 0xA0)
	}
	kind, _, _, err := next(b)
	if err != nil {
		return nil, err
	}
	switch kind {
	case spduAbort:
		return nil, &Ended{"aborts the association"}
	case spduFinish, spduDisconnect:
		return nil, &Ended{"releases the association"}
	default:
		return nil, fmt.Errorf("%w: SPDU %d where data is due", tpkt.ErrFrame, kind)
	}
}
