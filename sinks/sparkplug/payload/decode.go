package payload

import (
	"encoding/binary"
	"fmt"
	"math"
	"unicode/utf8"
)

// maxMetrics bounds the metrics of a payload that is decoded.
const maxMetrics = 10000

// Parse reads a payload. What it does not know it passes over, as protobuf has it.
func Parse(octets []byte) (*Payload, error) {
	p := &Payload{Seq: -1}
	err := fields(octets, func(f field) error {
		switch f.number {
		case 1:
			p.Timestamp = f.bits
		case 2:
			if len(p.Metrics) == maxMetrics {
				return fmt.Errorf("%w: more than %d metrics", ErrForm, maxMetrics)
			}
			m, err := parseMetric(f.bytes)
			p.Metrics = append(p.Metrics, m)
			return err
		case 3:
			if f.bits > math.MaxUint8 {
				return fmt.Errorf("%w: a sequence number of %d", ErrForm, f.bits)
			}
			p.Seq = int64(f.bits)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

func parseMetric(octets []byte) (Metric, error) {
	m := Metric{Alias: -1, Quality: NoQuality}
	err := fields(octets, func(f field) error {
		switch f.number {
		case 1:
			m.Name = string(f.bytes)
			if !utf8.Valid(f.bytes) {
				return fmt.Errorf("%w: a name that is no text", ErrForm)
			}
		case 2:
			m.Alias = int64(f.bits & math.MaxInt64)
		case 3:
			m.Timestamp = f.bits
		case 4:
			m.Type = Type(f.bits)
		case 5:
			m.Historical = f.bits != 0
		case 7:
			m.Null = f.bits != 0
		case 9:
			return m.parseProperties(f.bytes)
		case 10, 11, 12, 13, 14, 15, 16:
			return m.setValue(f)
		}
		return nil
	})
	return m, err
}

// setValue takes a value that comes in the form of its field.
func (m *Metric) setValue(f field) error {
	want := map[Kind]int{Int: varint, Long: varint, Bool: varint, Float: fixed32, Double: fixed64, Text: bytes, Bytes: bytes}
	kind := Kind(f.number)
	if f.wire != want[kind] {
		return fmt.Errorf("%w: field %d of a metric in wire type %d", ErrForm, f.number, f.wire)
	}
	m.Value = Value{Kind: kind, Bits: f.bits, Bytes: f.bytes}
	switch kind {
	case Int:
		m.Value.Bits = uint64(uint32(f.bits))
	case Bool:
		m.Value.Bits = min(f.bits, 1)
	}
	return nil
}

// parseProperties looks for the quality. Keys and values stand in the order of each other.
func (m *Metric) parseProperties(octets []byte) error {
	keys, values, at := 0, 0, -1
	var found []byte
	err := fields(octets, func(f field) error {
		switch f.number {
		case 1:
			if string(f.bytes) == "Quality" {
				at = keys
			}
			keys++
		case 2:
			if values == at {
				found = f.bytes
			}
			values++
		}
		return nil
	})
	if err != nil || found == nil {
		return err
	}
	return fields(found, func(f field) error {
		if f.number == 3 {
			m.Quality = int32(f.bits & math.MaxInt32)
		}
		return nil
	})
}

// field is one field of a message.
type field struct {
	number, wire int
	bits         uint64
	bytes        []byte
}

// fields hands out the fields of a message.
func fields(octets []byte, take func(field) error) error {
	for len(octets) > 0 {
		f, rest, err := next(octets)
		if err != nil {
			return err
		}
		if err := take(f); err != nil {
			return err
		}
		octets = rest
	}
	return nil
}

// maxField is the highest number of a field (protobuf).
const maxField = 1<<29 - 1

func next(octets []byte) (f field, rest []byte, err error) {
	key, n := binary.Uvarint(octets)
	if n <= 0 || key>>3 == 0 || key>>3 > maxField {
		return f, nil, fmt.Errorf("%w: a field without a number", ErrForm)
	}
	f.number, f.wire, octets = int(key>>3), int(key&7), octets[n:]
	switch f.wire {
	case varint:
		if f.bits, n = binary.Uvarint(octets); n <= 0 {
			return f, nil, fmt.Errorf("%w: a number that does not end", ErrForm)
		}
		return f, octets[n:], nil
	case fixed64:
		if len(octets) >= 8 {
			f.bits = binary.LittleEndian.Uint64(octets)
			return f, octets[8:], nil
		}
	case fixed32:
		if len(octets) >= 4 {
			f.bits = uint64(binary.LittleEndian.Uint32(octets))
			return f, octets[4:], nil
		}
	case bytes:
		length, n := binary.Uvarint(octets)
		if n > 0 && length <= uint64(len(octets)-n) {
			end := n + int(length)
			f.bytes = octets[n:end:end]
			return f, octets[end:], nil
		}
	}
	return f, nil, fmt.Errorf("%w: field %d ends too soon, or is of wire type %d", ErrForm, f.number, f.wire)
}
