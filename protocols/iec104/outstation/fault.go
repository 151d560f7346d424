package outstation

import (
	"encoding/binary"

	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
)

// The faults of outstations beyond those of all devices. faulty.Refusing confirms negatively what is asked for.
const (
	WrongSequence = faulty.Own + iota // N(S) is one too high
	Deaf                              // nothing that the other end sends is acknowledged
	WrongStation                      // the common address is another one
	Mute                              // the link is well, and no ASDU is answered
)

// falsified returns frames in which a field is wrong.
func falsified(fault faulty.Fault, frames []byte) (out []byte) {
	if fault != Deaf && fault != WrongSequence && fault != WrongStation {
		return frames
	}
	for len(frames) > 0 {
		f, n, err := apdu.Parse(frames)
		if err != nil || n == 0 {
			return append(out, frames...)
		}
		from := len(out)
		out = append(out, frames[:n]...)
		frames = frames[n:]
		b := out[from:]
		switch {
		case fault == Deaf && f.Format == apdu.S:
			out = out[:from]
		case fault == Deaf && f.Format == apdu.I:
			binary.LittleEndian.PutUint16(b[4:], 0)
		case fault == WrongSequence && f.Format == apdu.I:
			binary.LittleEndian.PutUint16(b[2:], (f.Send+1)%apdu.Modulus<<1)
		case fault == WrongStation && f.Format == apdu.I:
			binary.LittleEndian.PutUint16(b[10:], binary.LittleEndian.Uint16(b[10:])+1)
		}
	}
	return out
}
