package mqttd

import (
	"encoding/binary"
	"errors"
	"time"
)

// recordVersion begins every record, so that a later form can be told apart.
const recordVersion = 1

var errRecord = errors.New("the record is not one of a message")

// Flags of a record.
const (
	recordRetain   = 1 << 2 // the two bits below hold the QoS
	recordReleased = 1 << 3
)

// encodeRecord returns an item as the vault keeps it. One that the client has
// already is kept without content.
func encodeRecord(it *item) []byte {
	flags := it.qos
	if it.retain {
		flags |= recordRetain
	}
	if it.released {
		return []byte{recordVersion, flags | recordReleased}
	}
	m := it.message
	dst := make([]byte, 0, 64+len(m.topic)+len(m.properties)+len(m.payload))
	dst = append(dst, recordVersion, flags, byte(min(m.hops, 255)))
	dst = binary.BigEndian.AppendUint64(dst, uint64(unixNano(m.arrived)))
	dst = binary.BigEndian.AppendUint64(dst, uint64(unixNano(m.expires)))
	dst = binary.AppendUvarint(dst, uint64(len(it.subscriptions)))
	for _, id := range it.subscriptions {
		dst = binary.AppendUvarint(dst, uint64(id))
	}
	dst = append(binary.AppendUvarint(dst, uint64(len(m.topic))), m.topic...)
	dst = append(binary.AppendUvarint(dst, uint64(len(m.properties))), m.properties...)
	return append(dst, m.payload...)
}

// decodeRecord is the inverse of encodeRecord. The item shares no memory with
// the record.
func decodeRecord(in []byte) (*item, error) {
	if len(in) < 2 || in[0] != recordVersion {
		return nil, errRecord
	}
	it := &item{qos: in[1] & 3, retain: in[1]&recordRetain != 0, released: in[1]&recordReleased != 0, stored: true}
	if it.released {
		return it, nil
	}
	if len(in) < 19 || it.qos == 3 {
		return nil, errRecord
	}
	m := &message{hops: int(in[2]), arrived: timeOf(in[3:]), expires: timeOf(in[11:]), qos: it.qos, retain: it.retain}
	r := recordReader{in: in[19:]}
	for n := r.number(); n > 0 && !r.bad; n-- {
		it.subscriptions = append(it.subscriptions, r.number())
	}
	m.topic = string(r.bytes())
	m.properties = append([]byte(nil), r.bytes()...)
	m.payload = append([]byte(nil), r.in...)
	if r.bad || CheckTopic(m.topic) != nil {
		return nil, errRecord
	}
	it.message, it.size = m, m.size()
	return it, nil
}

// recordReader cuts pieces off a record; after the first that is not there
// everything is empty.
type recordReader struct {
	in  []byte
	bad bool
}

func (r *recordReader) number() int {
	n, size := binary.Uvarint(r.in)
	if size <= 0 || n > largestPacket {
		r.bad, r.in = true, nil
		return 0
	}
	r.in = r.in[size:]
	return int(n)
}

func (r *recordReader) bytes() []byte {
	n := r.number()
	if n > len(r.in) {
		r.bad, r.in = true, nil
		return nil
	}
	out := r.in[:n]
	r.in = r.in[n:]
	return out
}

// largestPacket is the most that a Remaining Length counts (MQTT 5.0 §1.5.5).
const largestPacket = 268_435_455

// unixNano is 0 for the zero time.
func unixNano(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func timeOf(in []byte) time.Time {
	if n := int64(binary.BigEndian.Uint64(in)); n != 0 {
		return time.Unix(0, n)
	}
	return time.Time{}
}
