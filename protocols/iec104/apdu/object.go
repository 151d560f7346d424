package apdu

import (
	"encoding/binary"
	"math"
)

// MaxAddress is the largest address of an object; 0 is none, and stands for what concerns the station.
const MaxAddress = 1<<24 - 1

// Object is one information object. What its type has no place for is zero.
type Object struct {
	Address   uint32  // 0 to MaxAddress
	Int       int32   // the value of whatever is whole: a bit, a position, 32 bits, NVA in steps of 1/32768, SVA, a counter
	Float     float32 // the value of R32
	Quality   Quality
	Qualifier uint8 // of commands QU or QL, with Select; QOI, QCC, COI; of counters sequence, CY and CA
	Transient bool  // of step positions: the equipment is moving
	Time      Time
}

// decode fills the value of an object from its octets, which are as many as the element has.
func (o *Object) decode(e Element, b []byte) {
	switch e {
	case SIQ:
		o.Int, o.Quality = int32(b[0]&1), Quality(b[0])&pointBits
	case DIQ:
		o.Int, o.Quality = int32(b[0]&3), Quality(b[0])&pointBits
	case VTI:
		o.Int, o.Transient, o.Quality = int32(int8(b[0]<<1)>>1), b[0]&0x80 != 0, Quality(b[1])&measureBits
	case BSI:
		o.Int, o.Quality = int32(binary.LittleEndian.Uint32(b)), Quality(b[4])&measureBits
	case NVA, SVA:
		o.Int, o.Quality = int32(int16(binary.LittleEndian.Uint16(b))), Quality(b[2])&measureBits
	case NVAPlain:
		o.Int = int32(int16(binary.LittleEndian.Uint16(b)))
	case R32:
		o.Float, o.Quality = math.Float32frombits(binary.LittleEndian.Uint32(b)), Quality(b[4])&measureBits
	case BCR:
		o.Int, o.Quality = int32(binary.LittleEndian.Uint32(b)), Quality(b[4])&Invalid
		o.Qualifier = b[4] &^ uint8(Invalid)
	default:
		o.decodeCommand(e, b)
	}
}

// decodeCommand is decode for what control centres send.
func (o *Object) decodeCommand(e Element, b []byte) {
	switch e {
	case SCO:
		o.Int, o.Qualifier = int32(b[0]&1), b[0]&^3
	case DCO, RCO:
		o.Int, o.Qualifier = int32(b[0]&3), b[0]&^3
	case SetNVA, SetSVA:
		o.Int, o.Qualifier = int32(int16(binary.LittleEndian.Uint16(b))), b[2]
	case SetR32:
		o.Float, o.Qualifier = math.Float32frombits(binary.LittleEndian.Uint32(b)), b[4]
	case SetBSI:
		o.Int = int32(binary.LittleEndian.Uint32(b))
	case Octet:
		o.Qualifier = b[0]
	case FBP, TSC:
		o.Int = int32(binary.LittleEndian.Uint16(b))
	}
}

// encode is the inverse of decode. What an element has no bits for is left out.
func (o *Object) encode(dst []byte, e Element) []byte {
	switch e {
	case SIQ:
		return append(dst, byte(o.Int&1)|byte(o.Quality&pointBits))
	case DIQ:
		return append(dst, byte(o.Int&3)|byte(o.Quality&pointBits))
	case VTI:
		moving := byte(0)
		if o.Transient {
			moving = 0x80
		}
		return append(dst, byte(o.Int&0x7F)|moving, byte(o.Quality&measureBits))
	case BSI:
		return append(binary.LittleEndian.AppendUint32(dst, uint32(o.Int)), byte(o.Quality&measureBits))
	case NVA, SVA:
		return append(binary.LittleEndian.AppendUint16(dst, uint16(o.Int)), byte(o.Quality&measureBits))
	case NVAPlain, FBP, TSC:
		return binary.LittleEndian.AppendUint16(dst, uint16(o.Int))
	case R32:
		return append(binary.LittleEndian.AppendUint32(dst, math.Float32bits(o.Float)), byte(o.Quality&measureBits))
	case BCR:
		return append(binary.LittleEndian.AppendUint32(dst, uint32(o.Int)), byte(o.Quality&Invalid)|o.Qualifier&^byte(Invalid))
	default:
		return o.encodeCommand(dst, e)
	}
}

// encodeCommand is encode for what control centres send.
func (o *Object) encodeCommand(dst []byte, e Element) []byte {
	switch e {
	case SCO:
		return append(dst, byte(o.Int&1)|o.Qualifier&^3)
	case DCO, RCO:
		return append(dst, byte(o.Int&3)|o.Qualifier&^3)
	case SetNVA, SetSVA:
		return append(binary.LittleEndian.AppendUint16(dst, uint16(o.Int)), o.Qualifier)
	case SetR32:
		return append(binary.LittleEndian.AppendUint32(dst, math.Float32bits(o.Float)), o.Qualifier)
	case SetBSI:
		return binary.LittleEndian.AppendUint32(dst, uint32(o.Int))
	case Octet:
		return append(dst, o.Qualifier)
	default:
		return dst
	}
}
