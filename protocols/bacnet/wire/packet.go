package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
)

// Function is what a datagram is for (Annex J.2).
type Function uint8

// The functions that are spoken here.
const (
	BVLCResult        Function = 0x00
	ForwardedNPDU     Function = 0x04
	RegisterForeign   Function = 0x05
	DistributeToAll   Function = 0x09
	OriginalUnicast   Function = 0x0A
	OriginalBroadcast Function = 0x0B
)

// Address is where a device is behind a router: the number of its network, and its address there. The zero Address is the
// other end of the link itself.
type Address struct {
	Network uint16
	MAC     string // octets
}

// Everywhere is the number of all networks.
const Everywhere = 0xFFFF

// String returns NETWORK:MAC, the latter in hexadecimal.
func (a Address) String() string { return fmt.Sprintf("%d:%x", a.Network, a.MAC) }

// Packet is one datagram.
type Packet struct {
	Function Function
	Origin   netip.AddrPort // who sent a ForwardedNPDU
	Result   uint16         // of a BVLCResult; seconds of a RegisterForeign

	To, From Address
	Replies  bool  // an answer is expected
	Message  int   // of the network layer; NoMessage where an APDU is carried
	Hops     uint8 // left
	Body     []byte
}

// NoMessage says that a packet carries an APDU.
const NoMessage = -1

// The messages of the network layer (clause 6.4) that say that a packet did not arrive.
const RejectMessage = 0x03

const (
	bvlcType     = 0x81
	npduVersion  = 1
	isMessage    = 0x80
	hasTo        = 0x20
	hasFrom      = 0x08
	wantsReply   = 0x04
	allHops      = 255
	proprietary  = 0x80 // messages from here on carry a vendor's number
	bvlcLength   = 4
	originLength = 6
)

var (
	errShort = errors.New("it ends too early")
	errNoBIP = errors.New("it is no BACnet/IP datagram")
)

// Parse takes a datagram apart. The packet refers to its octets. Functions that are not spoken here have no body.
func Parse(b []byte) (p Packet, err error) {
	p.Message = NoMessage
	if len(b) < bvlcLength || b[0] != bvlcType {
		return p, errNoBIP
	}
	if n := int(binary.BigEndian.Uint16(b[2:])); n != len(b) {
		return p, fmt.Errorf("its header says %d octets and it has %d", n, len(b))
	}
	p.Function = Function(b[1])
	rest := b[bvlcLength:]
	switch p.Function {
	case BVLCResult, RegisterForeign:
		if len(rest) < 2 {
			return p, errShort
		}
		p.Result = binary.BigEndian.Uint16(rest)
		return p, nil
	case ForwardedNPDU:
		if len(rest) < originLength {
			return p, errShort
		}
		p.Origin = netip.AddrPortFrom(netip.AddrFrom4([4]byte(rest[:4])), binary.BigEndian.Uint16(rest[4:]))
		rest = rest[originLength:]
	case DistributeToAll, OriginalUnicast, OriginalBroadcast:
	default:
		return p, nil
	}
	err = p.parseNPDU(rest)
	return p, err
}

// parseNPDU takes the network header (clause 6.2) off.
func (p *Packet) parseNPDU(b []byte) (err error) {
	if len(b) < 2 {
		return errShort
	}
	if b[0] != npduVersion {
		return fmt.Errorf("version %d of the network layer is not known", b[0])
	}
	control := b[1]
	b = b[2:]
	p.Replies = control&wantsReply != 0
	if control&hasTo != 0 {
		if p.To, b, err = parseAddress(b); err != nil {
			return err
		}
	}
	if control&hasFrom != 0 {
		if p.From, b, err = parseAddress(b); err != nil {
			return err
		}
	}
	if control&hasTo != 0 {
		if len(b) < 1 {
			return errShort
		}
		p.Hops, b = b[0], b[1:]
	}
	if control&isMessage == 0 {
		p.Body = b
		return nil
	}
	if len(b) < 1 {
		return errShort
	}
	p.Message, p.Body = int(b[0]), b[1:]
	if b[0] >= proprietary {
		if len(p.Body) < 2 {
			return errShort
		}
		p.Body = p.Body[2:]
	}
	return nil
}

func parseAddress(b []byte) (a Address, rest []byte, err error) {
	if len(b) < 3 || len(b) < 3+int(b[2]) {
		return a, nil, errShort
	}
	n := 3 + int(b[2])
	return Address{Network: binary.BigEndian.Uint16(b), MAC: string(b[3:n])}, b[n:], nil
}

// Append appends the datagram.
func (p *Packet) Append(dst []byte) []byte {
	start := len(dst)
	dst = append(dst, bvlcType, byte(p.Function), 0, 0)
	switch p.Function {
	case BVLCResult, RegisterForeign:
		dst = binary.BigEndian.AppendUint16(dst, p.Result)
	case ForwardedNPDU:
		ip := p.Origin.Addr().As4()
		dst = binary.BigEndian.AppendUint16(append(dst, ip[:]...), p.Origin.Port())
		dst = p.appendNPDU(dst)
	default:
		dst = p.appendNPDU(dst)
	}
	binary.BigEndian.PutUint16(dst[start+2:], uint16(len(dst)-start))
	return dst
}

func (p *Packet) appendNPDU(dst []byte) []byte {
	dst = append(dst, npduVersion, 0)
	control := len(dst) - 1
	if p.Replies {
		dst[control] |= wantsReply
	}
	if p.To.Network != 0 {
		dst[control] |= hasTo
		dst = appendAddress(dst, p.To)
	}
	if p.From.Network != 0 {
		dst[control] |= hasFrom
		dst = appendAddress(dst, p.From)
	}
	if p.To.Network != 0 {
		dst = append(dst, allHops)
	}
	if p.Message != NoMessage {
		dst[control] |= isMessage
		dst = append(dst, byte(p.Message))
	}
	return append(dst, p.Body...)
}

func appendAddress(dst []byte, a Address) []byte {
	dst = binary.BigEndian.AppendUint16(dst, a.Network)
	return append(append(dst, byte(len(a.MAC))), a.MAC...)
}

// NotRouted returns why a router has rejected a message (clause 6.4.4), and the network that it was for; ok is false for
// any other message.
func (p *Packet) NotRouted() (network uint16, why string, ok bool) {
	if p.Message != RejectMessage || len(p.Body) < 3 {
		return 0, "", false
	}
	reasons := [...]string{
		"some other error", "it knows no way to that network: correct the device's network", "it is too busy",
		"it does not know the message", "the message is too long for that network", "security", "the address is wrong: correct the device's mac",
	}
	why = "unknown reason"
	if int(p.Body[0]) < len(reasons) {
		why = reasons[p.Body[0]]
	}
	return binary.BigEndian.Uint16(p.Body[1:]), why, true
}
