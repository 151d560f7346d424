package sparkplug

import (
	"math"

	"github.com/holdfast-edge/holdfast/sinks/sparkplug/payload"
	"github.com/holdfast-edge/holdfast/tag"
)

// metric is a value that hosts know by its alias.
type metric struct {
	name     string
	alias    int64
	datatype payload.Type
	last     tag.Value // as published; Absent: not yet
	at       uint64    // ms
}

// typeOf is the datatype of a kind. Arrays and objects are told as JSON, which every host can show.
func typeOf(k tag.Kind) payload.Type {
	switch k {
	case tag.Bool:
		return payload.Boolean
	case tag.Int:
		return payload.Int64
	case tag.Uint:
		return payload.UInt64
	case tag.Float:
		return payload.Real
	case tag.Time:
		return payload.DateTime
	case tag.Bytes:
		return payload.Raw
	case tag.String, tag.Array, tag.ObjectKind:
		return payload.String
	default:
		return 0
	}
}

// takes reports whether a metric of a datatype can be told the value, so that no new birth is needed.
func takes(t payload.Type, v tag.Value) bool {
	of := typeOf(v.Kind())
	return of == 0 || of == t || t == payload.Real && v.Kind().IsNumber()
}

// tell returns the metric with a value, without its name.
func (m *metric) tell(v tag.Value, at int64) payload.Metric {
	p := payload.Metric{Alias: m.alias, Timestamp: millis(at), Type: m.datatype, Quality: payload.NoQuality}
	if q := qualityOf(v); q != payload.Good || m.last.Kind() == tag.Absent || qualityOf(m.last) != payload.Good {
		p.Quality = q
	}
	if p.Null = v.IsNull(); !p.Null {
		p.Value = valueOf(m.datatype, v)
	}
	return p
}

func millis(ns int64) uint64 { return uint64(max(ns, 0) / 1e6) }

func qualityOf(v tag.Value) int32 {
	switch q := v.Quality(); {
	case q.IsGood() && v.Kind() > tag.Null:
		return payload.Good
	case q.IsBad() || v.Kind() <= tag.Null:
		return payload.Bad
	default:
		return payload.Stale
	}
}

// valueOf is a value in the form of a datatype that takes it.
func valueOf(t payload.Type, v tag.Value) payload.Value {
	switch t {
	case payload.Boolean:
		bit := uint64(0)
		if v.Bool() {
			bit = 1
		}
		return payload.Value{Kind: payload.Bool, Bits: bit}
	case payload.Int64:
		i, _ := v.Int()
		return payload.Value{Kind: payload.Long, Bits: uint64(i)}
	case payload.UInt64:
		u, _ := v.Uint()
		return payload.Value{Kind: payload.Long, Bits: u}
	case payload.Real:
		f, _ := v.Float()
		return payload.Value{Kind: payload.Double, Bits: math.Float64bits(f)}
	case payload.DateTime:
		ns, _ := v.Nanos()
		return payload.Value{Kind: payload.Long, Bits: millis(ns)}
	case payload.Raw:
		return payload.Value{Kind: payload.Bytes, Bytes: v.Bytes()}
	}
	if v.Kind() == tag.String {
		return payload.Value{Kind: payload.Text, Bytes: []byte(v.Str())}
	}
	return payload.Value{Kind: payload.Text, Bytes: tag.AppendJSON(nil, v)}
}

// asked is the value that a command has, for a metric of a datatype.
func asked(p payload.Metric, t payload.Type) (tag.Value, bool) {
	if p.Type != 0 {
		t = p.Type
	}
	bits := p.Value.Bits
	switch p.Value.Kind {
	case payload.Bool:
		return tag.BoolOf(bits != 0), true
	case payload.Float:
		return tag.FloatOf(float64(math.Float32frombits(uint32(bits)))), true
	case payload.Double:
		return tag.FloatOf(math.Float64frombits(bits)), true
	case payload.Text:
		return tag.StringOf(string(p.Value.Bytes)), true
	case payload.Bytes:
		return tag.BytesOf(append([]byte(nil), p.Value.Bytes...)), true
	case payload.Int:
		return integer(t, bits, uint64(int64(int32(bits)))), true
	case payload.Long:
		return integer(t, bits, bits), true
	}
	return tag.Value{}, false
}

// integer reads bits as a datatype has them: with a sign, or without.
func integer(t payload.Type, bits, signed uint64) tag.Value {
	switch t {
	case payload.UInt8, payload.UInt16, payload.UInt32, payload.UInt64:
		return tag.UintOf(bits)
	case payload.Int8:
		return tag.IntOf(int64(int8(bits)))
	case payload.Int16:
		return tag.IntOf(int64(int16(bits)))
	case payload.DateTime:
		return tag.NanosOf(int64(min(bits, maxMillis)) * 1e6)
	default:
		return tag.IntOf(int64(signed))
	}
}

// maxMillis is the latest time that nanoseconds can say.
const maxMillis = math.MaxInt64 / 1_000_000
